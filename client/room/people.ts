import type { Participant, RoomState, ServerPayload } from '../../shared/events.ts';

/** A room state lists so many participants at most. */
const listed = 200;

/** Who is in a room. A new list whenever it changes. */
export class People {
  participants: readonly Participant[] = [];
  /** Users, also those beyond the first 200. */
  count = 0;
  /** Whether the server's count says that something was missed. */
  isBehind = false;

  joined({ participants, participant_count }: RoomState): void {
    this.participants = participants;
    this.count = participant_count;
    this.isBehind = false;
  }

  /** Some came, went, or are others than before. */
  changed({ users, participant_count }: ServerPayload<'user_joined' | 'user_left'>, areThere: boolean): void {
    const byId = new Map(this.participants.map((one) => [one.user_id, one]));
    for (const user of users) areThere ? byId.set(user.user_id, user) : byId.delete(user.user_id);
    this.participants = [...byId.values()];
    this.count = participant_count;
    this.counted(participant_count);
  }

  /** The server has told how many there are. */
  counted(count: number): void {
    this.isBehind = this.participants.length !== count && count < listed;
  }
}
