import { checkSize, type Json, json, sizeOf } from '../json.ts';
import { LargeJson, large } from './largeJson.ts';
import type { DocumentType } from './type.ts';

type With<Content, Operation, Position, Names extends keyof DocumentType<Content, Operation, Position>> = DocumentType<
  Content,
  Operation,
  Position
> &
  Required<Pick<DocumentType<Content, Operation, Position>, Names>>;

/** A document type that says all of itself, but what it keeps and shows. */
export type StatedType<Content, Operation, Position = Json> = With<
  Content,
  Operation,
  Position,
  'load' | 'save' | 'bytes' | 'length' | 'weight' | 'parts' | 'growth' | 'roleFor' | 'check' | 'decodePosition'
>;

/** A document type of which nothing is left out but what it can not do. */
export type CompleteType<Content, Operation, Position = Json> = StatedType<Content, Operation, Position> &
  With<Content, Operation, Position, 'keeps' | 'show' | 'effort' | 'decodeMessage' | 'roleForMessage'>;

/**
 * Any document type, its content and operations being its own affair. Whoever holds one may pass it only what it has
 * made itself: what a type has decoded goes to its apply(), and so on.
 */
export type AnyDocumentType = DocumentType<unknown, unknown, unknown>;

/** What a document keeps in memory for late operations, at least; up to twice that between two trimmings. */
const keeps = { entries: 2_000, bytes: 512 * 1024 };

/** A type with what it left out. */
export function complete(type: AnyDocumentType): CompleteType<unknown, unknown, unknown> {
  const save = (content: unknown) => (type.save ? type.save(content) : content);
  const completed: CompleteType<unknown, unknown, unknown> = {
    keeps,
    load: (stored) => stored,
    save,
    show: (content) => saved(completed, content),
    bytes: (content) => sizeOf(save(content)),
    length: () => 0,
    weight: sizeOf,
    parts: () => 1,
    effort: () => 0,
    growth: () => 0,
    roleFor: () => 'editor',
    check: () => {},
    decodePosition: (raw) => json(raw, 'position'),
    decodeMessage: (raw) => raw,
    roleForMessage: () => 'editor',
    ...type,
    decode(raw, limits) {
      if (!type.weight) checkSize('operation', raw, limits.max_operation_bytes);
      return type.decode(raw, limits);
    },
  };
  return completed;
}

/** What save() makes of a content, in pieces where that takes long. */
export function saved(type: CompleteType<unknown, unknown, unknown>, content: unknown): unknown {
  const { pieces } = type;
  if (!pieces || type.bytes(content) <= large) return type.save(content);
  return new LargeJson(
    () => pieces(content),
    () => type.save(content),
  );
}
