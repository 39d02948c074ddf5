import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Budget } from '../limits/budget.ts';
import type { Flow } from '../limits/flow.ts';
import type { Guard } from '../watch/guard.ts';
import type { Transported } from '../wire/outbox.ts';
import type { Readers } from '../wire/readers.ts';
import type { Arrivals } from './arrivals.ts';
import type { Entrance } from './entrance.ts';
import { cut, Intake, type Packet } from './intake.ts';
import { endLeft, isUnread, leaveUnread } from './unread.ts';

/** A request as Engine.IO's middleware gets it: with its query. */
type EngineRequest = IncomingMessage & { _query: { sid?: string; transport?: string } };

export interface TransportsOptions {
  entrance: Entrance;
  arrivals: Arrivals;
  /** Bytes that a message may have once it is known who sends it. */
  maxBytes: number;
  maxCharacters: number;
  flow: Flow;
  budget: Budget;
  /** Of the instance: what waits at WebSockets is looked after there. */
  readers: Readers;
  /** Told of a WebSocket that ends, as it takes nothing of so many bytes. */
  onStuck(address: string, bytes: number): void;
  guard: Guard;
}

/** Counts what comes by Engine.IO, from its first request on. Returns what counts for each connection. */
export function watchTransports(options: TransportsOptions): WeakMap<Transported, Intake> {
  const { entrance, arrivals, maxBytes, maxCharacters, flow, budget, readers, onStuck, guard } = options;
  const { engine } = entrance.io;
  engine.on('headers', (headers: Record<string, string>) => {
    headers['X-Content-Type-Options'] = 'nosniff';
  });

  const intakes = new WeakMap<Transported, Intake>();
  const onOthers = (conn: Transported) => arrivals.finish(conn, true);
  const onControl = guard((intake: Intake) => intake.count({ type: 'control' }));
  const intakeOptions = {
    maxBytes,
    maxCharacters,
    flow,
    budget,
    ownerOf: entrance.ownerOf,
    onOthers,
    onControl,
    onStuck,
  };
  // All connections have the same listeners: each has a small table of them, and nothing else.
  const counted = guard(
    function (this: Transported, packet: Packet) {
      intakes.get(this)?.came(packet);
    },
    function () {
      cut(this);
    },
  );
  const upgraded = guard(function (this: Transported) {
    const intake = intakes.get(this);
    intake?.upgraded();
    if (intake?.socket) readers.watch(intake.socket);
  });
  function closed(this: Transported): void {
    const intake = intakes.get(this);
    intake?.closed();
    if (intake?.socket) readers.unwatch(intake.socket);
    arrivals.finish(this);
  }
  const begin = (conn: Transported) => {
    const intake = new Intake(conn, intakeOptions);
    intakes.set(conn, intake);
    conn.on('packet', counted);
    conn.on('close', closed);
    if (intake.socket) readers.watch(intake.socket);
    else conn.on('upgrade', upgraded);
    arrivals.begin(conn);
  };
  engine.on('connection', guard(begin, cut));

  // Whom Engine.IO knows it does not tell its users.
  const { clients } = engine as unknown as { clients: Record<string, Transported> };
  const count = (request: EngineRequest, response: ServerResponse, next: () => void) => {
    const { sid } = request._query;
    const conn = sid !== undefined && Object.hasOwn(clients, sid) ? clients[sid] : undefined;
    const admit = () => {
      // What is asked for a session is counted where it is admitted.
      if (asksForSession(request)) return next();
      const turn = (conn && intakes.get(conn)?.turn(request)) ?? arrivals.count(request);
      return turn.then(next, () => response.writeHead(429).end());
    };
    if (!isUnread(request)) return admit();
    if (!conn || request.method !== 'POST') return leaveUnread(request, response).then(admit);
    endLeft(request, response);
    return admit();
  };
  engine.use(guard(count, (_request, response) => response.destroy()));
  return intakes;
}

/** Whether Engine.IO will ask createIo's allowRequest; it refuses whatever else has no session. */
function asksForSession({ method, headers, _query: { sid, transport } }: EngineRequest): boolean {
  if (sid || method !== 'GET') return false;
  return transport === (headers.upgrade === undefined ? 'polling' : 'websocket');
}
