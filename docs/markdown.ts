import type { JsonSchema } from './contract.ts';

/** A table; `|` in a cell is escaped, which Markdown wants within code too. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** An object's fields, those of nested objects under dotted names. */
export function fieldTable(object: JsonSchema): string {
  return table(['Field', 'Type', 'Meaning'], fieldRows(object, ''));
}

/** A value's type for people: `string`, `integer` ≥ 0, [Entry](#entry)[]. */
export function typeName(schema: JsonSchema): string {
  if (schema.$ref) return linkTo(schema.$ref);
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' | ');
  if (schema.type === 'array') return `${typeName(schema.items ?? {})}[]`;
  return [`\`${schema.type ?? 'any'}\``, range(schema), lengths(schema), pattern(schema)].filter(Boolean).join(' ');
}

/** A link to where a named shape is listed: `#/$defs/Entry` in a schema is `[Entry](#entry)` here. */
export function linkTo(ref: string): string {
  const name = ref.replace('#/$defs/', '');
  return `[${name}](#${name.toLowerCase()})`;
}

function fieldRows({ properties = {}, required = [] }: JsonSchema, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([name, field]) => {
    if (field.properties) return fieldRows(field, `${prefix}${name}.`);
    const optional = required.includes(name) ? '' : ' (optional)';
    return [[`\`${prefix}${name}\`${optional}`, typeName(field), field.description ?? '']];
  });
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

/** A bound is one that the schema names; without one, zod gives integers those of JavaScript. */
function range({ minimum, maximum }: JsonSchema): string | undefined {
  const least = Number.isSafeInteger(minimum) && minimum !== Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const most = Number.isSafeInteger(maximum) && maximum !== Number.MAX_SAFE_INTEGER ? maximum : undefined;
  return between(least, most);
}

function lengths({ minLength, maxLength }: JsonSchema): string | undefined {
  const bounds = between(minLength, maxLength);
  return bounds && `of length ${bounds.replace('from ', '')}`;
}

function between(least: number | undefined, most: number | undefined): string | undefined {
  if (least === undefined) return most === undefined ? undefined : `≤ ${most}`;
  return most === undefined ? `≥ ${least}` : `from ${least} to ${most}`;
}

function pattern(schema: JsonSchema): string | undefined {
  return schema.pattern && `matching \`${schema.pattern}\``;
}
