import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Flow } from '../limits/flow.ts';
import type { Guard } from '../watch/guard.ts';
import type { Transported } from '../wire/outbox.ts';
import { FrameSocket } from '../wire/webSocket.ts';
import type { Arrivals } from './arrivals.ts';
import type { Entrance } from './entrance.ts';
import { cut, Intake, type Packet } from './intake.ts';

/** A request as Engine.IO's middleware gets it: with its query. */
type EngineRequest = IncomingMessage & { _query: { sid?: string; transport?: string } };

export interface TransportsOptions {
  entrance: Entrance;
  arrivals: Arrivals;
  /** Bytes that a message may have once it is known who sends it. */
  maxBytes: number;
  flow: Flow;
  guard: Guard;
}

/** Counts what comes by Engine.IO, from its first request on. Returns what counts for each connection. */
export function watchTransports(options: TransportsOptions): WeakMap<Transported, Intake> {
  const { entrance, arrivals, maxBytes, flow, guard } = options;
  const { engine } = entrance.io;
  engine.on('headers', (headers: Record<string, string>) => {
    headers['X-Content-Type-Options'] = 'nosniff';
  });

  const intakes = new WeakMap<Transported, Intake>();
  const onOthers = (conn: Transported) => arrivals.finish(conn, true);
  const onControl = guard(function (this: object) {
    if (this instanceof FrameSocket && this.events instanceof Intake) this.events.count({ type: 'control' });
  });
  const intakeOptions = { maxBytes, flow, ownerOf: entrance.ownerOf, onOthers, onControl };
  const counted = guard(
    function (this: Transported, packet: Packet) {
      intakes.get(this)?.count(packet);
    },
    function () {
      cut(this);
    },
  );
  const upgraded = guard(function (this: Transported) {
    intakes.get(this)?.upgraded();
  });
  function closed(this: Transported): void {
    intakes.get(this)?.closed();
    arrivals.finish(this);
  }
  const begin = (conn: Transported) => {
    intakes.set(conn, new Intake(conn, intakeOptions));
    conn.on('packet', counted);
    conn.on('upgrade', upgraded);
    conn.on('close', closed);
    arrivals.begin(conn);
  };
  engine.on('connection', guard(begin, cut));

  // Whom Engine.IO knows it does not tell its users.
  const { clients } = engine as unknown as { clients: Record<string, Transported> };
  const count = (request: EngineRequest, response: ServerResponse, next: () => void) => {
    // What is asked for a session is counted where it is admitted.
    if (asksForSession(request)) return next();
    const { sid } = request._query;
    const conn = sid !== undefined && Object.hasOwn(clients, sid) ? clients[sid] : undefined;
    const turn = (conn && intakes.get(conn)?.turn(request)) ?? arrivals.count(request);
    return turn.then(next, () => response.writeHead(429).end());
  };
  engine.use(guard(count, (_request, response) => response.destroy()));
  return intakes;
}

/** Whether Engine.IO will ask createIo's allowRequest; it refuses whatever else has no session. */
function asksForSession({ method, headers, _query: { sid, transport } }: EngineRequest): boolean {
  if (sid || method !== 'GET') return false;
  return transport === (headers.upgrade === undefined ? 'polling' : 'websocket');
}
