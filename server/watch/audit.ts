import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config.ts';
import { redacting } from './logger.ts';
import { FileSink, type SinkEvents } from './sink.ts';

/** What is kept in the audit log: who came, who was refused, and what administrators read and did. */
export type AuditedAction =
  | 'connected'
  | 'refused'
  | 'joined'
  | 'join_refused'
  | 'request_refused'
  | 'read'
  | 'kicked'
  | 'disconnected'
  | 'blocked'
  | 'unblocked'
  | 'tokens_revoked'
  | 'room_deleted'
  | 'erased'
  | 'let_in'
  | 'invited'
  | 'uninvited'
  | 'guest'
  | 'published'
  | 'imported';

/** Writes a line of the audit log: an action, who did it, and to whom or what. */
export type Audit = (action: AuditedAction, details: Record<string, string | number>) => void;

/** Into the file that AUDIT_LOG names, a JSON object a line; nowhere without it. What it does not take is dropped. */
export function createAudit({ auditLog }: Config, events: SinkEvents): Audit {
  if (auditLog === undefined) return () => {};
  mkdirSync(dirname(auditLog), { recursive: true, mode: 0o700 });
  const file = redacting(new FileSink(auditLog, events));
  return (action, details) => {
    file.write(`${JSON.stringify({ time: new Date().toISOString(), action, ...details })}\n`);
  };
}
