import { createRoot } from 'react-dom/client';
import { Client } from 'tutti/client';
import { ConnectionStatusIndicator, RoomProvider, TuttiProvider, useBoard, useParticipants } from 'tutti/react';
import { Form } from './form.tsx';
import { colorOf } from './place.ts';
import { plans } from './plan.ts';
import { Whiteboard } from './whiteboard.tsx';

const client = new Client(location.origin, {
  basePath: '/tutti',
  documents: [plans],
  // The name is in the page's address: `/?name=Ada`.
  token: async () => (await fetch(`/token${location.search}`)).text(),
});

function Bar() {
  const { board, canUndo, canRedo } = useBoard(plans, () => undefined);
  return (
    <nav>
      <button type="button" disabled={!canUndo} onClick={() => board?.undo()}>
        Undo
      </button>
      <button type="button" disabled={!canRedo} onClick={() => board?.redo()}>
        Redo
      </button>
      <ul aria-label="Here">
        {useParticipants().map(({ user_id, name }) => (
          <li key={user_id} style={{ background: colorOf(user_id) }}>
            {name}
          </li>
        ))}
      </ul>
      <ConnectionStatusIndicator />
    </nav>
  );
}

const main = document.querySelector('main');
if (main)
  createRoot(main).render(
    <TuttiProvider client={client}>
      <RoomProvider id="plan:party">
        <Bar />
        <Form />
        <Whiteboard />
      </RoomProvider>
    </TuttiProvider>,
  );
