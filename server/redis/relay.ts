import { randomBytes } from 'node:crypto';
import { decode, encode } from '../logs/json.ts';
import type { Relay, Whisper } from '../rooms/relay.ts';
import type { Redis } from './redis.ts';

/** A channel for each room: instances that do not have it in memory hear nothing of it. */
export class RedisRelay implements Relay {
  readonly #redis: Redis;
  readonly #rooms = new Map<string, (whisper: Whisper) => void>();
  /** Each message begins with who published it. */
  readonly #origin = randomBytes(6);

  constructor(redis: Redis) {
    this.#redis = redis;
    // Whatever was said meanwhile is lost: each room tells anew what it has, and asks what others have.
    redis.onReady(() => {
      for (const [room, listener] of this.#rooms) {
        listener({ asks: true });
        this.tell(room, { asks: true });
      }
    });
  }

  tell(room: string, whisper: Whisper): void {
    this.#redis.publish(channelOf(room), Buffer.concat([this.#origin, Buffer.from(encode(whisper))]));
  }

  hear(room: string, listener: (whisper: Whisper) => void): () => void {
    this.#rooms.set(room, listener);
    const stop = this.#redis.subscriber.subscribe(channelOf(room), (message) => {
      if (message.subarray(0, this.#origin.length).equals(this.#origin)) return;
      listener(decode(message.toString('utf8', this.#origin.length)) as Whisper);
    });
    return () => {
      stop();
      if (this.#rooms.get(room) === listener) this.#rooms.delete(room);
    };
  }
}

function channelOf(room: string): string {
  return `tutti:{${room}}:whispers`;
}
