import { z } from 'zod';
import { Refusal } from '../../shared/refusals.ts';
import { parse } from '../events/refusing.ts';
import type { Address } from './publication.ts';
import type { Service } from './service.ts';

/** Something that a service may publish: what it is called, and what its data has to be. */
export interface Declared<Data extends z.ZodType = z.ZodType> {
  type: string;
  data: Data;
}

/** Declares an event of one's own: `declareEvent('invoice.sent', z.object({ invoice_id: z.string() }))`. */
export function declareEvent<Data extends z.ZodType>(type: `${string}.${string}`, data: Data): Declared<Data> {
  return { type, data };
}

const id = z.string().min(1);
const task = z.looseObject({ task_id: id, title: z.string() });
const project = z.looseObject({ project_id: id });
const notification = z.looseObject({ text: z.string() });

/** What services publish as a rule. Data may have more fields than are named here. */
export const standardEvents = {
  taskCreated: declareEvent('task.created', task),
  taskUpdated: declareEvent('task.updated', z.looseObject({ task_id: id })),
  taskDeleted: declareEvent('task.deleted', z.looseObject({ task_id: id })),
  taskStatusChanged: declareEvent('task.status_changed', z.looseObject({ task_id: id, status: z.string() })),
  taskAssigned: declareEvent('task.assigned', z.looseObject({ task_id: id, assignee: id })),
  projectUpdated: declareEvent('project.updated', project),
  projectArchived: declareEvent('project.archived', project),
  notificationNew: declareEvent('notification.new', notification),
  notificationMentioned: declareEvent('notification.mentioned', notification.extend({ room_id: id })),
  paymentReceived: declareEvent('payment.received', z.looseObject({ amount: z.number(), currency: z.string() })),
  postLiked: declareEvent('post.liked', z.looseObject({ post_id: id, user_id: id })),
};

/**
 * Publishes an event, and resolves with the revision that it made, if it went to one log. Throws a Refusal. `id` makes a
 * repeat within a day harmless.
 */
export type Notify<Data extends z.ZodType> = (
  to: Address,
  data: z.input<Data>,
  id?: string,
) => Promise<number | undefined>;
export type Notifier<Events extends Record<string, Declared>> = {
  [Name in keyof Events]: Notify<Events[Name]['data']>;
};

/** A function for each event: `notify.taskCreated({ user_id: 'ann' }, { task_id: '7', title: 'Mix the song' })`. */
export function createNotify<Own extends Record<string, Declared> = Record<never, never>>(
  service: Pick<Service, 'publish'>,
  own = {} as Own,
): Notifier<typeof standardEvents & Own> {
  const events: Record<string, Declared> = { ...standardEvents, ...own };
  const notify = Object.entries(events).map(([name, event]) => [name, notifyOf(service, event)]);
  return Object.fromEntries(notify) as Notifier<typeof standardEvents & Own>;
}

function notifyOf(service: Pick<Service, 'publish'>, { type, data: schema }: Declared): Notify<z.ZodType> {
  return async (to, given, id) => {
    const { data } = parse(z.object({ data: schema }), { data: given });
    const [outcome] = await service.publish({ ...to, type, data, ...(id !== undefined && { id }) });
    if (!outcome) throw new Error('nothing was published');
    if (outcome.ok) return outcome.revision;
    throw new Refusal(outcome.error.error_code, outcome.error.message, outcome.error);
  };
}
