import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { variables } from '../server/config.ts';
import { refusalCodes } from '../shared/refusals.ts';
import { contract, type JsonSchema, jsonSchemaOf } from './contract.ts';
import { fieldTable, linkTo, table, typeName } from './markdown.ts';

/** Every event that clients send, with its payload and answer. */
export function clientEventSections(): string {
  return Object.entries(contract.clientEvents)
    .map(([name, { payload, answer }]) =>
      section(name, payload.description, fields('Payload', payload), fields('Answer', answer)),
    )
    .join('\n\n');
}

/** Every event that the server sends, with its payload. */
export function serverEventSections(): string {
  return Object.entries(contract.serverEvents)
    .map(([name, payload]) => section(name, payload.description, fields('Payload', payload)))
    .join('\n\n');
}

/** What several events share, once. */
export function shapeSections(): string {
  return Object.entries(contract.shapes)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, shape]) => section(name, shape.description, fieldTable(shape)))
    .join('\n\n');
}

/** The codes of refusals, each with the comment that stands above it. */
export function refusalTable(): string {
  const source = readFileSync(new URL('../shared/refusals.ts', import.meta.url), 'utf8');
  const rows = Object.entries(refusalCodes).map(([error_code, code]) => {
    const comment = new RegExp(`/\\*\\* (.+) \\*/\\n +${error_code}:`).exec(source)?.[1];
    if (!comment) throw new Error(`shared/refusals.ts: ${error_code} needs a comment of one line`);
    return [String(code), `\`${error_code}\``, comment];
  });
  return table(['Code', 'Error code', 'Meaning'], rows);
}

/** Every variable of the configuration, with its default. */
export function configurationTable(): string {
  const { properties = {} } = jsonSchemaOf(z.object(variables));
  const rows = Object.entries(properties).map(([name, field]) => {
    const choices = field.enum && `${field.enum.map((choice) => `\`${choice}\``).join(', ')}. `;
    const preset = field.default === undefined ? '–' : `\`${field.default}\``;
    return [`\`${name}\``, preset, `${choices ?? ''}${field.description ?? ''}`];
  });
  return table(['Variable', 'Default', 'Meaning'], rows);
}

function section(name: string, description = '', ...paragraphs: string[]): string {
  return [`### ${name}`, `${description}.`, ...paragraphs].join('\n\n');
}

function fields(what: 'Payload' | 'Answer', schema: JsonSchema): string {
  if (schema.$ref) return `${what}: ${linkTo(schema.$ref)}`;
  if (schema.type === 'array') return `${what}: ${typeName(schema)}`;
  return Object.keys(schema.properties ?? {}).length > 0 ? `${what}:\n\n${fieldTable(schema)}` : `${what}: no fields`;
}
