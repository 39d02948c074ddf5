import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Session } from '../../shared/documents/session/content.ts';
import { Guest } from './guest.ts';
import { ask, type Context, type Events, patience, roomOf } from './visitor.ts';

interface Quiz {
  participants: number;
  questions: number;
}

/** What the host puts into the session's state. */
interface State {
  host?: string;
  question?: number;
  over?: true;
}

const teams = 10;
/** How long a question stays open, and how long people think at most, in milliseconds. */
const open = 3_000;
const thinking = 2_000;

let came = 0;

/** The first to come is the host of a quiz, all others take part in it. */
export async function quiz(context: Context<Quiz>, events: Events): Promise<void> {
  const isHost = came++ === 0;
  const guest = await Guest.join(context.vars.target, events, roomOf('session', 'quiz'));
  await (isHost ? host(guest, context.vars, events) : takePart(guest, events));
  await guest.leave();
}

/** Waits for everybody, asks, counts the answers that reach it, and gives points. */
async function host(guest: Guest, { participants, questions }: Quiz, events: Events): Promise<void> {
  let there = 0;
  let answers = 0;
  let points = new Array<number>(teams).fill(0);
  guest.client.on('user_joined', ({ participant_count }) => (there = participant_count));
  guest.client.on('room_message', ({ message }) => {
    const { team } = message as { team: number };
    answers += 1;
    points[team] = (points[team] ?? 0) + 1;
  });
  for (let waited = 0; there <= participants && waited < 3 * patience; waited += 50) await pause(50);
  for (let question = 1; question <= questions; question++) {
    await guest.commit({ type: 'session_update', state: { host: guest.user_id, question } });
    await pause(open);
    const given = points;
    points = points.map(() => 0);
    await Promise.all(given.map((delta, team) => guest.commit({ type: 'score_update', team: `team ${team}`, delta })));
  }
  for (let waited = 0; answers < participants * questions && waited < patience; waited += 50) await pause(50);
  events.emit('counter', 'tutti.expected', participants * questions);
  events.emit('counter', 'tutti.received', answers);
  await guest.commit({ type: 'session_update', state: { over: true } });
}

/** Answers each question to the host, after some thought. */
async function takePart(guest: Guest, events: Events): Promise<void> {
  const { client, room_id } = guest;
  const team = randomInt(teams);
  let answered = 0;
  await new Promise<void>((resolve, reject) => {
    guest.onChange = () => {
      const { host: to, question = 0, over } = (guest.content as Session).state as State;
      if (over) resolve();
      if (over || question === answered || to === undefined) return;
      answered = question;
      setTimeout(async () => {
        const sent = performance.now();
        await ask(client, 'broadcast_message', { room_id, to, message: { question, team } }).catch(reject);
        events.emit('histogram', 'tutti.round_trip', performance.now() - sent);
      }, randomInt(thinking));
    };
    client.once('disconnect', () => reject(new Error('the connection was lost')));
    guest.onChange();
  });
}
