import { malformed, type Reader } from '../json.ts';
import { Refusal } from '../refusals.ts';
import { type AuthorRole, includesRole } from '../rooms.ts';
import { decodeCommand, headOf } from './commands.ts';
import type { Author, DocumentType, Entry } from './type.ts';

/** Who makes a command, and when: in milliseconds since the epoch, by the server's clock. */
export type By = Pick<Entry, 'user_id' | 'client_id' | 'timestamp'>;

/** A command of any type: `type` names which. */
export interface AnyCommand {
  readonly type: string;
}

/**
 * What is changed by commands that feel instant. Pure code, the same on server and client: content is never changed in
 * place. A client shows its commands at once, and applies them again on top of whatever comes before them in the log.
 */
export interface Reducer<Content, Command extends AnyCommand> {
  /** As it is named on the wire, in `document.type`. */
  readonly name: string;
  create(): Content;
  /** How a command of each type is read from the wire: `{ move: fields({ type: oneOf('move'), … }) }`. */
  readonly commands: { readonly [Type in Command['type']]: Reader<Extract<Command, { type: Type }>> };
  /** The content after a command. Throws a Refusal where it does not fit: `invalid_operation`, or `not_found` where something is gone. */
  apply(content: Content, command: Command, by: By): Content;
  /** The role that a command needs. Default: `editor`. */
  roleFor?(command: Command): AuthorRole;
  /** Refuses `forbidden` what an author may not do. Asked on the server alone, before apply(). Default: everything is allowed. */
  check?(content: Content, command: Command, author: Author): void;
  /**
   * The commands that take back what a command did, which was made on `content`: of what others have changed since they take
   * nothing, so they say what they expect to find. Without it there is no undo.
   */
  undo?(content: Content, command: Command): readonly Command[];
  /** One command that does what both do, for what comes sixty times a second; undefined where both are needed. */
  merge?(first: Command, second: Command): Command | undefined;
  readonly load?: DocumentType<Content, readonly Command[]>['load'];
  readonly save?: DocumentType<Content, readonly Command[]>['save'];
  readonly bytes?: DocumentType<Content, readonly Command[]>['bytes'];
}

/** A document type of a reducer: an operation is a list of commands, of which all are done or none is. */
export interface ReducerType<Content, Command extends AnyCommand> extends DocumentType<Content, readonly Command[]> {
  readonly reducer: Reducer<Content, Command>;
}

/** The document type for `kinds` of the server, and for sharedReducer() of the client. */
export function defineReducer<Content, Command extends AnyCommand>(
  reducer: Reducer<Content, Command>,
): ReducerType<Content, Command> {
  const { name, commands, load, save, bytes, roleFor, check } = reducer;
  const apply = (content: Content, operation: readonly Command[], by: By) =>
    operation.reduce((made, command) => reducer.apply(made, command, by), content);
  return {
    reducer,
    name,
    create: () => reducer.create(),
    ...(load && { load }),
    ...(save && { save }),
    ...(bytes && { bytes }),
    parts: (operation) => operation.length,
    decode(raw, { max_operation_parts }) {
      if (!Array.isArray(raw) || raw.length === 0) throw malformed('operation', 'a list of commands');
      if (raw.length > max_operation_parts)
        throw new Refusal('too_large', `operation: ${raw.length} commands, the limit is ${max_operation_parts}`);
      return raw.map((command) => decodeCommand(command, commands as Record<string, Reader<Command>>));
    },
    ...(roleFor && { roleFor: (operation) => highest(operation.map((command) => roleFor(command))) }),
    ...(check && {
      check(operation, base, author) {
        const by = { ...author, client_id: '', timestamp: 0 };
        operation.reduce((content, command) => {
          check(content, command, author);
          return reducer.apply(content, command, by);
        }, headOf(base));
      },
    }),
    apply: (content, { operation, user_id, client_id, timestamp }) =>
      apply(content, operation, { user_id, client_id, timestamp }),
  };
}

/** The role that has what each of these has. */
function highest(needed: readonly AuthorRole[]): AuthorRole {
  return needed.reduce((one, other) => (includesRole(one, other) ? one : other));
}
