/** The table of isolation levels and anomalies. */
import { describe, expect, test } from 'vitest';
import { anomalyTable, modelTable } from '../../src/checker/txn/model-table.ts';
import {
  anomaliesImpliedBy,
  isolationModel,
  isRuledOut,
  modelsImpliedBy,
  ruledOutBy,
  strongest,
} from '../../src/checker/txn/models.ts';

describe('the table', () => {
  test('names only what it has', () => {
    const models = new Set(modelTable.map(({ name }) => name));
    for (const { name, implies, proscribes } of modelTable) {
      for (const implied of implies)
        expect(models, `${name} implies ${implied}`).toContain(implied);
      for (const anomaly of proscribes) expect(Object.keys(anomalyTable)).toContain(anomaly);
    }
    for (const implied of Object.values(anomalyTable).flat())
      expect(Object.keys(anomalyTable)).toContain(implied);
  });

  test('has no circles: no model implies one that implies it', () => {
    for (const { name } of modelTable)
      for (const other of modelsImpliedBy(name))
        if (other !== name) expect(modelsImpliedBy(other).has(name)).toBe(false);
  });

  test('a stronger model is ruled out wherever a weaker one is', () => {
    for (const anomaly of Object.keys(anomalyTable))
      for (const { name } of modelTable)
        for (const implied of modelsImpliedBy(name))
          if (isRuledOut(implied, [anomaly])) expect(isRuledOut(name, [anomaly])).toBe(true);
  });
});

describe('names', () => {
  test.each([
    ['PL-3', 'serializable'],
    ['conflict-serializable', 'serializable'],
    ['strong-serializable', 'strict-serializable'],
    ['PL-2.99', 'repeatable-read'],
    ['Snapshot-Isolation', 'snapshot-isolation'],
    ['strong-session-PL-2', 'strong-session-read-committed'],
  ])('%s is %s', (alias, name) => {
    expect(isolationModel(alias)).toBe(name);
  });

  test('an unknown one is an error that names the nearest', () => {
    expect(() => isolationModel('serialisable')).toThrow(/Did you mean "serializable"/);
  });
});

describe('what an anomaly rules out', () => {
  test.each([
    [['G0'], ['read-uncommitted']],
    [['G1a'], ['read-committed']],
    [['G1c'], ['read-committed']],
    [['G-single-item'], ['consistent-view', 'repeatable-read']],
    [['G-single'], ['consistent-view']],
    [['G2-item'], ['repeatable-read']],
    [['G2'], ['serializable']],
    [['G-nonadjacent-item'], ['repeatable-read', 'snapshot-isolation']],
    [['G2-item-realtime'], ['strict-serializable']],
    [['G1c-process'], ['strong-session-read-committed']],
    [['G-single-item-process'], ['strong-session-snapshot-isolation']],
    [['lost-update'], ['cursor-stability', 'update-atomic']],
    [['internal'], ['read-atomic']],
  ])('%j: %j', (anomalies, not) => {
    expect([...ruledOutBy(anomalies).not].sort()).toEqual([...not].sort());
  });

  test('write skew does not rule out snapshot isolation, a long fork does', () => {
    expect(isRuledOut('snapshot-isolation', ['G2-item'])).toBe(false);
    expect(isRuledOut('snapshot-isolation', ['G-nonadjacent-item'])).toBe(true);
  });

  test('G-single is an instance of G-SIb by the name that forward-consistent-view forbids', () => {
    expect(anomaliesImpliedBy('G-single')).toContain('G-SIb');
    expect(isRuledOut('forward-consistent-view', ['G-single'])).toBe(true);
  });

  test('nothing found rules out nothing', () => {
    expect(ruledOutBy([])).toEqual({ not: [], alsoNot: [] });
    expect(strongest(['serializable', 'read-committed', 'snapshot-isolation'])).toEqual([
      'serializable',
    ]);
  });
});
