import { fields, json, key, malformed, oneOf, type Reader, text } from '../../json.ts';
import type { CommandOf } from '../commands.ts';

/** The size of a command bounds its text. */
const anyText = text(0, Number.POSITIVE_INFINITY);
const messageId = matching(/^[1-9]\d{0,15}$/, 'the id of a message');
const newsType = matching(/^(?!message\.)(?=.{3,64}$)[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, '<noun>.<verb>');

/** How commands of each type are read. */
export const messageCommands = {
  'message.new': fields({ type: oneOf('message.new'), text: anyText }, { data: json }),
  'message.edited': fields({ type: oneOf('message.edited'), message_id: messageId, text: anyText }),
  'message.deleted': fields({ type: oneOf('message.deleted'), message_id: messageId }),
  'message.reaction': fields({
    type: oneOf('message.reaction'),
    message_id: messageId,
    reaction: key(64),
    on: oneOf(true, false),
  }),
  'message.read': fields({ type: oneOf('message.read'), message_id: messageId }),
};

/** What only services write, such as `task.created`. */
export const news = fields({ type: newsType }, { data: json });

export type MessageCommand = CommandOf<typeof messageCommands>;
export type FeedCommand = MessageCommand | ReturnType<typeof news>;

export function isMessageCommand(command: FeedCommand): command is MessageCommand {
  return Object.hasOwn(messageCommands, command.type);
}

function matching(form: RegExp, expected: string): Reader<string> {
  return (raw, field) => {
    if (typeof raw === 'string' && form.test(raw)) return raw;
    throw malformed(field, expected);
  };
}
