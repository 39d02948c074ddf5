import assert from 'node:assert/strict';
import { startServer, tokenFor } from '../support/server.ts';
import { openWindow } from '../support/windows.ts';

describe('a host', () => {
  it('removes somebody from the Share box, and lets them in again', async () => {
    const { url } = await startServer();
    const token = (sub: string, name: string, role: string) => tokenFor({ sub, name, rooms: { 'song:*': role } });
    const hal = await openWindow(`${url}/song/new#token=${token('hal', 'Hal', 'host')}`);
    const ben = await openWindow(`${url}/song/new#token=${token('ben', 'Ben', 'editor')}`, { mayFail: true });
    await ben.getByText('Connected').waitFor();
    await hal.getByRole('button', { name: 'Follow Ben' }).waitFor();

    await ben.getByRole('button', { name: 'Share' }).click();
    await ben.getByRole('radio', { name: 'Write' }).waitFor();
    assert.equal(await ben.getByRole('button', { name: 'Remove Hal' }).count(), 0);
    await ben.keyboard.press('Escape');

    await hal.getByRole('button', { name: 'Share' }).click();
    await hal.getByRole('button', { name: 'Remove Ben' }).click();
    await ben.getByText('A host has removed you.').waitFor();
    await ben.getByRole('button', { name: 'Try again' }).click();
    await ben.getByText('Nobody has given you access, or it was taken away.').waitFor();
    await hal.getByRole('button', { name: 'Let Ben in again' }).click();
    await hal.getByRole('button', { name: 'Let Ben in again' }).waitFor({ state: 'detached' });
    await ben.getByRole('button', { name: 'Try again' }).click();
    await hal.getByRole('button', { name: 'Remove Ben' }).waitFor();
    await ben.getByText('You are not in here.').waitFor({ state: 'detached' });
  });
});
