import type { RoomState } from '../../../shared/events.ts';
import type { News, Visit } from './visit.ts';

/** What is to be read of a piece of news, line by line. */
export function inWords(news: News, visit: Visit): string[] {
  switch (news.event) {
    case 'room_joined':
      return [`in ${news.room_id} as ${news.role}, with ${peopleIn(news, visit.self)}`, ...contentOf(news)];
    case 'room_message':
      return [`<${visit.nameOf(news.user_id)}> ${said(news.message)}`];
    case 'user_joined':
      return news.users
        .filter(({ user_id }) => user_id !== visit.self)
        .map(({ user_id, name, role }) => (visit.wasHere(user_id) ? `${name} is ${role} now` : `${name} came`));
    case 'role_changed':
      return [`you are ${news.role} now`];
    case 'user_left':
      return news.users.map(({ name }) => `${name} went`);
    case 'room_removed':
      return [`you are no longer in ${news.room_id}: ${news.reason}`];
    case 'lost':
      return [`no connection (${news.reason}); trying again`];
    case 'failed':
      return [`no connection (${news.reason})`];
    default:
      // Operations have words of their own; cursors and typing would drown the rest, and `--json` has them.
      return [];
  }
}

/** A room's document, to be read. */
export function contentOf({ document }: Pick<RoomState, 'document'>): string[] {
  if (document === undefined || document.content === '') return [];
  const text = typeof document.content === 'string' ? document.content : JSON.stringify(document.content, null, 2);
  return text.split('\n').map((line) => `  ${line}`);
}

function peopleIn({ participants, participant_count }: RoomState, self: string): string {
  const others = participants.filter(({ user_id }) => user_id !== self).map(({ name }) => name);
  const more = participant_count - participants.length;
  if (others.length === 0) return 'nobody else';
  return [...others, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function said(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

/** What a command in a session or a feed does. */
export function commandInWords(command: object): string {
  const { type, ...details } = command as { type: string; text?: string };
  if (type === 'message.new') return details.text ?? '';
  return Object.entries(details).reduce((words, [name, value]) => `${words} ${name}=${said(value)}`, type);
}
