import type { Log } from '../../server/logs/log.ts';

/** The methods of a log in an object of its own, where others can be put in their place. */
export function methodsOf(log: Log): Log {
  return {
    load: (room) => log.load(room),
    head: (room) => log.head(room),
    append: (room, append) => log.append(room, append),
    read: (room, range) => log.read(room, range),
    proof: (room, at) => log.proof(room, at),
    client: (room, client_id) => log.client(room, client_id),
    snapshot: (room, snapshot, keep) => log.snapshot(room, snapshot, keep),
    list: (page) => log.list(page),
    delete: (room) => log.delete(room),
    wasDeleted: (room, epoch) => log.wasDeleted(room, epoch),
    redact: (room, redaction) => log.redact(room, redaction),
    restart: (room, snapshot) => log.restart(room, snapshot),
    follow: (room, listener) => log.follow(room, listener),
    followFirsts: (listener) => log.followFirsts(listener),
    close: () => log.close(),
  };
}
