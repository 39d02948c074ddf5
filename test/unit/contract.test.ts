import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { contract, contractHash, type JsonSchema, jsonSchemaOf } from '../../docs/contract.ts';
import { generatedFiles, locate } from '../../docs/files.ts';
import { ConfigError, configFromEnvironment, configFromOptions, locks, variables } from '../../server/config.ts';
import { clientEvents, protocolVersion } from '../../shared/events.ts';
import { temporaryDirectory } from '../support/process.ts';

describe('the contract', () => {
  it('changes only with the version of the protocol', () => {
    const recorded: unknown = JSON.parse(readFileSync(locate('test/vectors/contract.json'), 'utf8'));
    assert.deepEqual(
      recorded,
      { protocol: protocolVersion, hash: contractHash },
      'The contract has changed: raise protocolVersion in shared/events/door.ts, say why in CHANGELOG.md, and run `npm run docs`. ' +
        '(Before the first release: rm test/vectors/contract.json && npm run docs)',
    );
  });

  for (const name of Object.keys(clientEvents)) {
    it(`describes ${name}, its payload and its answer`, () => {
      const { payload, answer } = contract.clientEvents[name] ?? assert.fail('it is not there');
      assert.ok(payload.description);
      assert.deepEqual(undescribed(payload), []);
      assert.deepEqual(undescribed(answer), []);
    });
  }

  it('describes every event of the server and every shape', () => {
    for (const [name, schema] of Object.entries({ ...contract.serverEvents, ...contract.shapes })) {
      assert.ok(schema.description, name);
      assert.deepEqual(undescribed(schema), [], name);
    }
  });
});

describe('the documentation', () => {
  for (const { path, current, wanted } of generatedFiles()) {
    it(`is not stale in ${path}`, () => assert.ok(current === wanted, 'run `npm run docs`'));
  }
});

describe('the configuration', () => {
  const { properties = {} } = jsonSchemaOf(z.object(variables));

  for (const [name, { type, pattern }] of Object.entries(properties)) {
    const senseless =
      type === 'integer' ? ['many', '-1', '1.5', '1e99'] : pattern ? ['many', '60', '60/0', '-1/60'] : [];
    if (senseless.length === 0) continue;
    it(`refuses a ${name} of ${senseless.join(' or ')}`, () => {
      for (const value of senseless) assert.throws(() => configFromEnvironment({ [name]: value }), refusalOf(name));
    });
  }

  it('refuses what is none of the choices', () => {
    for (const name of ['DEFAULT_ROLE', 'LIMITS', 'LOG_LEVEL']) {
      assert.throws(() => configFromEnvironment({ [name]: 'whatever' }), refusalOf(name));
    }
  });

  it('describes every variable', () => {
    assert.deepEqual(
      Object.entries(properties).filter(([, { description }]) => !description),
      [],
    );
  });

  it('takes an empty value for one that is not set', () => {
    const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, '']));
    for (const name of locks) delete empty[name];
    assert.deepEqual(configFromEnvironment(empty), configFromEnvironment({}));
  });

  it('refuses what keeps others out where it is set but empty, from options too', () => {
    for (const name of locks) {
      assert.throws(
        () => configFromEnvironment({ [name]: ' ' }),
        new ConfigError(`${name}: set, but empty; leave it out, or fill it in`),
      );
      assert.throws(() => configFromEnvironment({ [`${name}_FILE`]: '' }), /_FILE: set, but empty/);
    }
    assert.ok(locks.includes('AUTHENTICATE_URL'), 'without it, and without a key, everybody may come in');
    assert.throws(() => configFromOptions({ jwtSecret: '' }), ConfigError);
    assert.throws(() => configFromOptions({ jwtSecret: [] }), ConfigError);
    assert.throws(() => configFromOptions({ metricsToken: '' }), ConfigError);
  });

  it('refuses a secret that can be guessed, unless it is told that it may be so short', () => {
    const JWT_SECRET = `${'long'.repeat(8)},${'b'.repeat(31)}`;
    assert.throws(() => configFromEnvironment({ JWT_SECRET }), /^Error: JWT_SECRET: has 31 bytes/);
    assert.equal(configFromEnvironment({ JWT_SECRET, JWT_SECRET_MIN_BYTES: '31' }).jwtSecret?.length, 2);
  });

  it('takes a comma within a secret', () => {
    const { jwtSecret } = configFromEnvironment({ JWT_SECRET: `${'a'.repeat(32)}\\,b,${'c'.repeat(32)}` });
    assert.deepEqual(jwtSecret, [`${'a'.repeat(32)},b`, 'c'.repeat(32)]);
  });

  it('reads what is in a file, of any variable', () => {
    const file = join(temporaryDirectory(), 'value');
    writeFileSync(file, `${'s'.repeat(32)}\n`);
    assert.deepEqual(configFromEnvironment({ JWT_SECRET_FILE: file }).jwtSecret, ['s'.repeat(32)]);
    writeFileSync(file, 'redis://one\n');
    assert.deepEqual(configFromEnvironment({ REDISCLOUD_URL_FILE: file }).redisUrl, ['redis://one']);
    assert.throws(() => configFromEnvironment({ JWT_SECRET_FILE: file, JWT_SECRET: 'x' }), /JWT_SECRET is set, too/);
    assert.throws(
      () => configFromEnvironment({ METRICS_TOKEN_FILE: `${file}s` }),
      /^Error: METRICS_TOKEN_FILE: ENOENT/,
    );
    writeFileSync(file, '\n');
    assert.throws(() => configFromEnvironment({ METRICS_TOKEN_FILE: file }), /METRICS_TOKEN: set, but empty/);
  });

  it('never shows a secret, or a password of a URL, where it refuses one', () => {
    const refused = (environment: Record<string, string>) => {
      try {
        configFromEnvironment(environment);
      } catch (error) {
        return (error as Error).message;
      }
      return assert.fail('was taken');
    };
    for (const environment of [
      { REDIS_URL: 'http://user:swordfish@redis' },
      { REDIS_URL: 'redis://good,rediss:/user:swordfish@@redis, http://u:swordfish@b' },
      { REDIS_URL: 'user:swordfish@redis:6379' },
      { REDIS_URL: 'redis//user:it\'s"swordfish@redis' },
      { REDIS_URL: `http://user:swordfish${'x'.repeat(2_000)}@redis` },
      { WEBHOOK_URL: 'ftp://example/?token=swordfish' },
      { AUTHORIZE_URL: 'ftp://user:swordfish@example' },
      { JWKS_URL: 'ftp://swordfish@example' },
      // No request can carry it.
      { WEBHOOK_URL: 'https://user:swordfish@example' },
      { AUTHENTICATE_URL: 'https://swordfish@example' },
      { JWT_SECRET: 'swordfish' },
    ]) {
      assert.doesNotMatch(refused(environment as Record<string, string>), /swordfish/);
    }
  });

  it('is the same from options as from the environment', () => {
    const [fresh, old] = ['n'.repeat(32), 'o'.repeat(32)] as const;
    const environment = { PORT: '8080', JWT_SECRET: `${fresh}, ${old}`, LIMIT_JOINS: '0' };
    const options = { port: 8080, jwtSecret: [fresh, old], limitJoins: '0' };
    assert.deepEqual(configFromOptions(options), configFromEnvironment(environment));
  });

  describe('of LIMITS=strict', () => {
    const sixty = { points: 60, seconds: 60 };

    it('lowers the limits', () => {
      const config = configFromEnvironment({ LIMITS: 'strict', LIMIT_CURSORS: '' });
      assert.equal(config.maxConnectionsPerUser, 5);
      assert.deepEqual([config.limitOperations, config.limitCursors, config.limitMessages], [sixty, sixty, sixty]);
    });

    it('leaves what is set as it is', () => {
      const config = configFromEnvironment({ LIMITS: 'strict', LIMIT_CURSORS: '7/1', MAX_CONNECTIONS_PER_USER: '9' });
      assert.deepEqual([config.limitCursors, config.maxConnectionsPerUser], [{ points: 7, seconds: 1 }, 9]);
    });
  });
});

/** The fields that say nothing of themselves and do not refer to a shape. */
function undescribed({ properties = {} }: JsonSchema): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    if (field.properties) return undescribed(field).map((inner) => `${name}.${inner}`);
    return field.description || field.$ref ? [] : [name];
  });
}

function refusalOf(name: string): (error: unknown) => boolean {
  return (error) => error instanceof ConfigError && error.message.startsWith(`${name}: `);
}
