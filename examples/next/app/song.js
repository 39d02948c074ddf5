'use client';
import { Client } from 'tutti/client';
import { TuttiProvider, useText } from 'tutti/react';

// It is made on the server as well, where it connects to nothing.
const client = new Client(globalThis.location?.origin ?? 'http://localhost', {
  basePath: '/tutti',
  token: async () => (await fetch('/token')).text(),
});

export function Songs({ children }) {
  return <TuttiProvider client={client}>{children}</TuttiProvider>;
}

export function Text() {
  return <textarea aria-label="Song" rows="12" {...useText()} />;
}
