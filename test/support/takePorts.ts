/** A process that asks for 200 ports, every other one a node's, tells which it was given, and has them until it is ended. */
import { freeNodePort, freePort } from './ports.ts';

const single = await Promise.all(Array.from({ length: 100 }, freePort));
const nodes = await Promise.all(Array.from({ length: 100 }, freeNodePort));
process.send?.([...single, ...nodes, ...nodes.map((port) => port + 10_000)]);
process.once('disconnect', () => process.exit());
