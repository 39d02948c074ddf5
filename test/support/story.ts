import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Document, Draft } from '../../server/documents/document.ts';
import type { Author, Entry } from '../../shared/documents/type.ts';
import { Refusal } from '../../shared/refusals.ts';
import { includesRole, type RoomId } from '../../shared/rooms.ts';
import { typeOf } from './kinds.ts';

/** Someone sends a command. */
export interface Step extends Author {
  operation: unknown;
  timestamp: number;
}

const limits = { max_operation_bytes: 0, max_operation_parts: 0 };

/** A document of commands, told step by step. */
export class Story {
  readonly document: Document;
  readonly entries: Entry[] = [];

  constructor(room_id: RoomId) {
    this.document = new Document(typeOf(room_id), { epoch: '', revision: 0, entries: [], timestamp: 0 });
  }

  get content(): unknown {
    return this.document.type.save(this.document.content);
  }

  /** Takes a step as a room does. Returns the code of a refusal, which has changed nothing. */
  tell({ operation, timestamp, ...author }: Step): string | undefined {
    const { type } = this.document;
    const draft = new Draft(this.document, timestamp, 0);
    try {
      const decoded = type.decode(operation, limits);
      if (!includesRole(author.role, type.roleFor(decoded))) return 'forbidden';
      draft.add({ operation: decoded, revision: undefined, sequence: undefined, client_id: 'a', ...author });
    } catch (error) {
      if (error instanceof Refusal) return error.error_code;
      throw error;
    }
    this.document.adopt(draft, 'epoch');
    this.entries.push(...draft.entries);
    return undefined;
  }
}

interface Vectors {
  stories: { name: string; steps: (Step & { refused?: string })[]; content: unknown }[];
  malformed: { operation: unknown }[];
  redacted?: { name: string; entries: Entry[]; content: unknown }[];
}

/** One test for each story in test/vectors, and one for what is malformed. */
export function itHoldsVectors(name: string, room_id: RoomId): void {
  const file = new URL(`../vectors/${name}.json`, import.meta.url);
  const { stories, malformed, redacted = [] } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

  for (const { name, steps, content } of stories) {
    it(`hold for ${name}`, () => {
      const story = new Story(room_id);
      for (const { refused, ...step } of steps) assert.equal(story.tell(step), refused, JSON.stringify(step));
      assert.deepEqual(story.content, content);
    });
  }

  for (const { name, entries, content } of redacted) {
    it(`hold where something was taken out: ${name}`, () => {
      const loaded = { epoch: 'epoch', revision: entries.length, entries, timestamp: 0 };
      const { type, content: reached } = new Document(typeOf(room_id), loaded);
      assert.deepEqual(type.save(reached), content);
    });
  }

  it(`hold for ${malformed.length} malformed operations`, () => {
    for (const { operation } of malformed) {
      const refused = new Story(room_id).tell({ user_id: 'ann', role: 'service', timestamp: 0, operation });
      assert.equal(refused, 'bad_request', JSON.stringify(operation));
    }
  });
}
