import { z } from 'zod';
import { document, feedEntry } from '../shared/events/documents.ts';
import { refusal } from '../shared/events/door.ts';
import { since } from '../shared/events/fields.ts';
import { cursor, participant } from '../shared/events/people.ts';
import { roomState } from '../shared/events/rooms.ts';
import { clientEvents, serverEvents } from '../shared/events.ts';

/** What the types of the contract are inferred from. */
const schemas = { document, feedEntry, refusal, since, cursor, participant, roomState };

/**
 * The declarations of shared/events.ts as they are without Zod, from those that tsc made: the types are the same, and what
 * they are inferred from is written out.
 */
export function withoutZod(declarations: string): string {
  const types = declarations.slice(declarations.indexOf('export type ClientEventName'));
  const events = Object.entries(clientEvents).map(
    ([name, { payload, answer }]) => `${name}: { payload: ${typeOf(payload)}; answer: ${typeOf(answer)} };`,
  );
  return [
    '/** The contract on the wire, as types: written by packing/contractTypes.ts. */',
    "import type { RoomId } from './rooms.ts';",
    "export { protocolVersion } from './protocol.ts';",
    'declare namespace z {\n  type infer<Type> = Type;\n}',
    ...Object.entries(schemas).map(([name, schema]) => `declare const ${name}: ${typeOf(schema)};`),
    `declare const clientEvents: {\n  ${events.join('\n  ')}\n};`,
    `declare const serverEvents: ${typeOf(z.object(serverEvents))};`,
    types,
  ].join('\n');
}

/** What a value is after it was read by a schema, as TypeScript writes it. */
function typeOf(schema: z.core.$ZodType): string {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'unknown':
      return def.type;
    case 'custom':
      return 'RoomId';
    case 'literal':
      return def.values.map((value) => JSON.stringify(value)).join(' | ');
    case 'enum':
      return Object.values(def.entries)
        .map((value) => JSON.stringify(value))
        .join(' | ');
    case 'array':
      return `(${typeOf(def.element)})[]`;
    case 'record':
      return `Record<${typeOf(def.keyType)}, ${typeOf(def.valueType)}>`;
    case 'nullable':
      return `${typeOf(def.innerType)} | null`;
    case 'optional':
      return `${typeOf(def.innerType)} | undefined`;
    case 'object':
      return objectOf(Object.entries(def.shape));
    default:
      throw new Error(`packing/contractTypes.ts: ${def.type} is missing`);
  }
}

function objectOf(fields: [string, z.core.$ZodType][]): string {
  return fields.length > 0 ? `{\n${fields.map(fieldOf).join('\n')}\n}` : 'Record<string, never>';
}

function fieldOf([name, schema]: [string, z.core.$ZodType]): string {
  const mark = schema._zod.optout === 'optional' ? '?' : '';
  const description = z.globalRegistry.get(schema)?.description;
  const comment = description ? `/** ${description.replaceAll('*/', '*')} */ ` : '';
  return `${comment}${name}${mark}: ${typeOf(schema)};`;
}
