/** What makes a server slower, to show that it is noticed: each write to a socket takes so many microseconds more. */
import { Socket } from 'node:net';

const microseconds = Number(process.env.SLOWER);
const { write } = Socket.prototype;

Socket.prototype.write = function slowly(...args) {
  for (const end = performance.now() + microseconds / 1000; performance.now() < end; );
  return write.apply(this, args);
};
