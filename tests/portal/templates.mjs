// Two templates of a test's own, the second in place of the first. They fit only projects of an amount that no other test uses,
// so that no case is opened with them unless it is asked for.
import { randomUUID } from 'node:crypto';
import { freshWord } from '../e2e/stack.mjs';

/** {from, to, fen}: `to` lacks P03 of `from` and has P04, which `from` lacks; `fen` is the total investment that they fit. */
export async function newTemplates(office) {
  const word = freshWord();
  const { nodes, basis } = await office.get('/v1/templates/approval-2019');
  const fen = 700_000_000_000n + BigInt(parseInt(word, 16) % 1_000_000_000) * 100n;
  const publish = async (id, without, more) => {
    const kept = nodes.filter((node) => node.code !== without).map((node) => ({ ...node, prerequisites: node.prerequisites.filter((code) => code !== without) }));
    const template = { title: `迁移${id}`, effective_on: '2019-07-01', basis, nodes: kept, selector: { regimes: ['APPROVAL'], min_total_investment_fen: String(fen), below_total_investment_fen: String(fen + 1n) }, ...more };
    await office.post('/v1/templates', template, { template_id: id, request_id: randomUUID() });
    return office.post(`/v1/templates/${id}:publish`, { request_id: randomUUID() });
  };
  const from = await publish(`old-${word}`, 'P04', {});
  const to = await publish(`new-${word}`, 'P03', { supersedes: from.name });
  return { from, to, fen: String(fen) };
}
