import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { debianMirrors, parseDeb822Sources, parseSourcesList } from './aptSettings.ts';

describe("the machine's apt sources", () => {
  it('are read from one-line sources', () => {
    const text = `# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # note
deb-src http://mirror.example/debian bookworm main
deb http://other.example/tools ./
`;
    assert.deepEqual(parseSourcesList(text), [{ uri: 'http://mirror.example/debian', suite: 'bookworm' }]);
  });

  it('are read from deb822 sources, except disabled ones', () => {
    const text = `Types: deb deb-src
# a comment within
URIs: http://a.example/debian
 http://b.example/debian
Suites: trixie trixie-updates
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main
`;
    assert.deepEqual(
      parseDeb822Sources(text).map(({ uri, suite }) => `${uri} ${suite}`),
      [
        'http://a.example/debian trixie',
        'http://a.example/debian trixie-updates',
        'http://b.example/debian trixie',
        'http://b.example/debian trixie-updates',
      ],
    );
  });

  it('give the mirrors of the archive and of its security updates, if the build can reach them', () => {
    const sources = [
      { uri: 'mirror+file:///etc/apt/mirrors/debian.list', suite: 'trixie' },
      { uri: 'https://apt.example/other', suite: 'stable-other' },
      { uri: 'http://mirror.example/debian-security', suite: 'trixie-security' },
      { uri: 'http://mirror.example/debian', suite: 'trixie' },
    ];
    assert.deepEqual(debianMirrors(sources, 'trixie'), {
      archive: 'http://mirror.example/debian',
      security: 'http://mirror.example/debian-security',
    });
    assert.equal(debianMirrors(sources.slice(0, 2), 'trixie').archive, undefined);
  });
});
