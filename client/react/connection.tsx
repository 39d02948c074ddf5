import { type CSSProperties, useEffect, useState } from 'react';
import { monotonic } from '../../shared/monotonic.ts';
import type { Client, ConnectionState, ConnectionStatus } from '../index.ts';
import { useClient } from './providers.tsx';
import { type Source, useSource } from './source.ts';

/** The connection at a glance. */
export function useConnection(): ConnectionState {
  return useSource(useClient(), connectionState);
}

const connectionState: Source<Client, ConnectionState> = {
  listen: (client, changed) => client.on('state', changed),
  read: ({ state }) => state,
  none: { status: 'initial', latency: undefined, retryCount: 0, retryAt: undefined, refusal: undefined },
};

/** What an indicator of one's own shows. */
export interface ConnectionIndicator extends ConnectionState {
  /** The status in a word. */
  readonly label: string;
  /** Seconds until the next attempt, and how much of the wait is over, from 0 to 1; undefined where none is awaited. */
  readonly retryIn: number | undefined;
  readonly progress: number | undefined;
  /** Tries now: instead of waiting, or once more where it was given up. */
  retryNow(): void;
}

/** How often a wait's progress is told, in milliseconds. */
const tickEvery = 250;

/** The connection in words and numbers. While an attempt is awaited it renders four times a second. */
export function useConnectionIndicator(): ConnectionIndicator {
  const client = useClient();
  const state = useConnection();
  const { status, retryAt } = state;
  const [wait, setWait] = useState<{ retryAt: number; passed: number; in: number }>();
  useEffect(() => {
    if (retryAt === undefined) return;
    const from = monotonic();
    const whole = retryAt - Date.now();
    const tick = () => setWait({ retryAt, passed: monotonic() - from, in: whole });
    tick();
    const timer = setInterval(tick, tickEvery);
    return () => clearInterval(timer);
  }, [retryAt]);
  const current = wait && wait.retryAt === retryAt ? wait : undefined;
  return {
    ...state,
    label: labels[status],
    retryIn: current && Math.max(0, Math.ceil((current.in - current.passed) / 1_000)),
    progress: current && Math.min(1, current.passed / Math.max(1, current.in)),
    retryNow: () => (status === 'disconnected' ? client.connect() : client.retryNow()),
  };
}

const labels: Record<ConnectionStatus, string> = {
  initial: 'Not connected',
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting…',
  disconnected: 'Disconnected',
};

/**
 * A dot and a word; `showDetails` adds latency, attempts, the wait for the next one and why the last one failed. Its
 * colours are custom properties: `--tutti-connected`, `--tutti-connecting`, `--tutti-disconnected`.
 */
export function ConnectionStatusIndicator({ showDetails = false }: { showDetails?: boolean }) {
  const { status } = useConnection();
  return (
    <span className="tutti-connection" data-status={status} style={row}>
      <span aria-hidden="true" style={{ ...dot, background: colors[status] }} />
      <span role="status">{labels[status]}</span>
      {showDetails && <Details />}
    </span>
  );
}

/** Beside what is announced: numbers that change all the time are not to be read out. */
function Details() {
  const { status, latency, retryCount, retryIn, progress, refusal, retryNow } = useConnectionIndicator();
  return (
    <span className="tutti-connection-details" style={row}>
      {latency !== undefined && <span>{Math.round(latency)} ms</span>}
      {retryCount > 0 && <span>attempt {retryCount}</span>}
      {progress !== undefined && (
        <progress aria-label={`Next attempt in ${retryIn} s`} value={progress} style={{ width: '5em' }} />
      )}
      {(progress !== undefined || status === 'disconnected') && (
        <button type="button" onClick={retryNow}>
          Try now
        </button>
      )}
      {refusal && <span>{refusal.message}</span>}
    </span>
  );
}

const row: CSSProperties = { display: 'inline-flex', alignItems: 'center', gap: '0.5em' };
const dot: CSSProperties = { width: '0.6em', height: '0.6em', borderRadius: '50%' };

const connected = 'var(--tutti-connected, #1a7f37)';
const connecting = 'var(--tutti-connecting, #9a6700)';
const disconnected = 'var(--tutti-disconnected, #cf222e)';
const colors: Record<ConnectionStatus, string> = {
  initial: disconnected,
  connecting,
  connected,
  reconnecting: connecting,
  disconnected,
};
