import { createHash } from 'node:crypto';
import { z } from 'zod';
import { clientEvents, serverEvents } from '../shared/events.ts';
import { refusalCodes } from '../shared/refusals.ts';

/** What a JSON Schema says of one value, as far as our schemas need it. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  default?: unknown;
}

export interface Contract {
  clientEvents: Record<string, { payload: JsonSchema; answer: JsonSchema }>;
  serverEvents: Record<string, JsonSchema>;
  /** The shapes that have a name, which the others refer to. */
  shapes: Record<string, JsonSchema>;
}

const answeredEvents = Object.entries(clientEvents).map(([name, event]) => [name, z.object({ ...event })] as const);
const schema = jsonSchemaOf(
  z.object({ client: z.object(Object.fromEntries(answeredEvents)), server: z.object(serverEvents) }),
);

/** All that crosses the wire, from shared/events.ts. */
export const contract: Contract = {
  clientEvents: Object.fromEntries(
    Object.entries(schema.properties?.client?.properties ?? {}).map(([name, { properties }]) => [
      name,
      { payload: properties?.payload ?? {}, answer: properties?.answer ?? {} },
    ]),
  ),
  serverEvents: schema.properties?.server?.properties ?? {},
  shapes: schema.$defs ?? {},
};

/** Changes with the contract, and with nothing else: neither with the wording of descriptions nor with their order. */
export const contractHash = createHash('sha256')
  .update(JSON.stringify([schema, refusalCodes], canonical))
  .digest('hex');

/** A schema as data, as it is before transforms and defaults. */
export function jsonSchemaOf(type: z.ZodType): JsonSchema & { $defs?: Record<string, JsonSchema> } {
  return z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

/** Leaves descriptions out, which are strings (a field of that name would be an object), and sorts the rest. */
function canonical(key: string, value: unknown): unknown {
  if (key === 'description' && typeof value === 'string') return undefined;
  if (Array.isArray(value)) return value.toSorted();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
