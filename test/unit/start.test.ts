import assert from 'node:assert/strict';
import { build } from 'esbuild';

/** The packages that a module has loaded once it is: not those that it may load later. */
async function packagesOf(module: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [module],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'none',
    write: false,
    metafile: true,
  });
  const [entry] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === module) ?? [];
  const found = new Set<string>();
  const seen = new Set<string>();
  const follow = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: imported, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (kind !== 'import-statement') continue;
      if (external) found.add(imported);
      else follow(imported);
    }
  };
  follow(entry ?? '');
  return [...found];
}

describe('the start of a server', () => {
  const unneeded = ['redis', '@socket.io/redis-adapter', 'socket.io-client'];

  for (const module of ['server/index.ts', 'server/cli/serve.ts']) {
    it(`loads no client of Redis and of its own that nobody may need: ${module}`, async () => {
      const packages = await packagesOf(module);
      assert.ok(packages.includes('socket.io'), String(packages));
      assert.deepEqual(
        packages.filter((name) => unneeded.includes(name)),
        [],
      );
    });
  }

  it('loads no other command, and for those what they need', async () => {
    assert.deepEqual(
      (await packagesOf('server/main.ts')).filter((name) => !name.startsWith('node:')),
      ['commander'],
    );
    assert.ok((await packagesOf('server/cli/doctor/redis.ts')).includes('redis'));
  });
});
