import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';

/** A JSON Web Token, wherever it stands. */
const tokens = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** What goes into a log passes here last: no token gets in, in whatever field, message or stack it came along. */
export function redacting(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(line.replace(tokens, '[token]')) };
}

/** Structured lines on standard error, one JSON object each. */
export function createLogger({ logLevel }: Config): Logger {
  return pino({ level: logLevel }, redacting(pino.destination({ fd: 2, sync: true })));
}

/** What is kept in the audit log: who came, who was refused, and what administrators did. */
export type AuditedAction =
  | 'connected'
  | 'refused'
  | 'joined'
  | 'kicked'
  | 'disconnected'
  | 'room_deleted'
  | 'invited'
  | 'published';

/** Writes a line of the audit log: an action, who did it, and to whom or what. */
export type Audit = (action: AuditedAction, details: Record<string, string | number>) => void;

/** Into the file that AUDIT_LOG names, a JSON object a line; nowhere without it. */
export function createAudit({ auditLog }: Config): Audit {
  if (auditLog === undefined) return () => {};
  mkdirSync(dirname(auditLog), { recursive: true });
  const file = redacting(pino.destination({ dest: auditLog, sync: true }));
  return (action, details) => {
    file.write(`${JSON.stringify({ time: new Date().toISOString(), action, ...details })}\n`);
  };
}
