/**
 * What of a schema is asked here: the interface that zod, valibot, arktype and others have in common
 * (https://standardschema.dev). Only what answers at once will do.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Validated<Output> | Promise<Validated<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type Validated<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

type TypesOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>;
/** What a schema takes. */
export type InputOf<Schema extends StandardSchema> = TypesOf<Schema>['input'];
/** What it makes of that. */
export type OutputOf<Schema extends StandardSchema> = TypesOf<Schema>['output'];

/** How many issues are told, at most. */
const mostIssues = 3;

/** What a schema makes of a value, or what it has against it, in words. Throws a TypeError where it does not answer at once. */
export function validate(
  schema: StandardSchema,
  value: unknown,
  field: string,
): { value: unknown } | { wrong: string } {
  const result = schema['~standard'].validate(value);
  if ('then' in result) {
    // What nobody waits for must not end the process.
    Promise.resolve(result).catch(() => {});
    throw new TypeError(`${field}: its schema is asynchronous`);
  }
  if (!result.issues) return { value: result.value };
  const told = result.issues.slice(0, mostIssues).map(({ message, path = [] }) => `${nameOf(field, path)}: ${message}`);
  const more = result.issues.length - told.length;
  return { wrong: told.join('; ') + (more > 0 ? `; and ${more} more` : '') };
}

function nameOf(field: string, path: NonNullable<SchemaIssue['path']>): string {
  return [field, ...path.map((part) => String(typeof part === 'object' ? part.key : part))].join('.');
}
