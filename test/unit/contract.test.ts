import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { contract, contractHash, type JsonSchema, jsonSchemaOf } from '../../docs/contract.ts';
import { generatedFiles, locate } from '../../docs/files.ts';
import { ConfigError, configFromEnvironment, configFromOptions, variables } from '../../server/config.ts';
import { clientEvents, protocolVersion } from '../../shared/events.ts';

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
    assert.deepEqual(configFromEnvironment(empty), configFromEnvironment({}));
  });

  it('is the same from options as from the environment', () => {
    const environment = { PORT: '8080', JWT_SECRET: 'new, old', LIMIT_JOINS: '0' };
    const options = { port: 8080, jwtSecret: ['new', 'old'], limitJoins: '0' };
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
