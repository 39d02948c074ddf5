/** Documents of Yjs in a room: `tutti/yjs`. */

export { SharedDoc, type SharedDocEvents } from './document.ts';
export { yjs } from './documents.ts';
export { type ProviderEvents, type ProviderOptions, type ProviderStatus, TuttiProvider } from './provider.ts';
