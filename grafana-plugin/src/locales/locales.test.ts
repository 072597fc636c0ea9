import { readdirSync, readFileSync } from 'fs';
import path from 'path';
import german from './de-DE/presage-behavior-panel.json';
import english from './en-US/presage-behavior-panel.json';
import pluginJson from '../plugin.json';

const SOURCES = path.resolve(__dirname, '..');

interface Words {
  readonly [key: string]: string | Words;
}

function flat(words: Words, before = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]): Array<[string, string]> =>
      typeof value === 'string' ? [[before + key, value]] : [...flat(value, `${before}${key}.`)]
    )
  );
}

/** Key and English words of every call of `t`, as the sources have them. */
function usedInSources(): Map<string, string> {
  const call = /\bt\(\s*'([^']+)',\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)")/g;
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!\.test)\.tsx?$/.test(file)
  );
  return new Map(
    files.flatMap((file) =>
      [...readFileSync(path.join(SOURCES, file), 'utf8').matchAll(call)].map(
        ([, key = '', single, double]): [string, string] => [key, single ?? double ?? '']
      )
    )
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

describe('locales', () => {
  const used = usedInSources();

  it('finds the calls that it checks', () => {
    expect(used.get('verdict.normal')).toBe('Behavior is normal');
    expect(used.size).toBeGreaterThan(100);
  });

  it('has in English exactly the words that the sources have', () => {
    expect(Object.fromEntries([...flat(english)].sort())).toEqual(Object.fromEntries([...used].sort()));
  });

  it('has every key in German, with the same placeholders', () => {
    const germanWords = flat(german);
    expect([...germanWords.keys()].sort()).toEqual([...used.keys()].sort());
    for (const [key, text] of germanWords) {
      expect([key, placeholders(text)]).toEqual([key, placeholders(used.get(key) ?? '')]);
      expect(text).not.toBe('');
    }
  });

  it('has a folder for every language that plugin.json lists', () => {
    const folders = readdirSync(__dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...pluginJson.languages].sort());
  });
});
