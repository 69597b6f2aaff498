import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRuleUri, ruleUriParts } from '../../../../extension/documents/ruleUri.ts';

describe('URI of a rule document', () => {
  it('leads back to its element, whatever the names hold', () => {
    const address = { rootId: 'ssh:u@h', elementId: 'services/a%2Fb/x y&z=1#é' };
    const uri = ruleUriParts(address, 'u@h', { title: 'x', language: 'nft' });
    assert.deepEqual(parseRuleUri(uri), address);
  });

  it('ends so that VS Code finds the language, with the title as the last segment', () => {
    const uri = ruleUriParts({ rootId: 'r', elementId: 'e' }, 'app1/iptables', {
      title: 'default/app1:http',
      language: 'iptables',
    });
    assert.equal(uri.path, '/app1∕iptables/default∕app1:http.iptables');
  });

  it('is not mistaken for another', () => {
    assert.equal(parseRuleUri({ scheme: 'file', query: 'root=a&element=b' }), undefined);
    assert.equal(parseRuleUri({ scheme: 'kube-service-rules', query: 'root=a' }), undefined);
  });
});
