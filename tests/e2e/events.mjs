// A listener of GET /v1/changes.

/** Opens the stream and resolves once it flows: `{events, until(test), close()}`. An event is its data, with `event` and `id`. */
export async function listen(url, token, { lastEventId = '' } = {}) {
  const abort = new AbortController();
  const headers = { authorization: `Bearer ${token}`, ...(lastEventId && { 'last-event-id': lastEventId }) };
  const reply = await fetch(`${url}/v1/changes`, { headers, signal: abort.signal });
  if (reply.status !== 200) throw new Error(`GET /v1/changes → ${reply.status}`);
  const events = [];
  const waiting = new Set();
  const take = (block) => {
    const fields = Object.fromEntries(block.split('\n').filter((line) => !line.startsWith(':')).map((line) => line.split(/: (.*)/s).slice(0, 2)));
    if (!fields.data) return;
    events.push({ ...JSON.parse(fields.data), event: fields.event, id: fields.id });
    for (const check of waiting) check();
  };
  let flowing;
  const flows = new Promise((resolve) => (flowing = resolve)); // the first bytes come at once
  const reading = (async () => {
    let text = '';
    for await (const piece of reply.body) {
      flowing();
      text += Buffer.from(piece).toString('utf8');
      const blocks = text.split('\n\n');
      text = blocks.pop();
      blocks.forEach(take);
    }
  })().catch((error) => { if (error.name !== 'AbortError') throw error; });
  await flows;
  const until = (test) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the event does not come')), 15000);
    const check = () => {
      const found = events.find(test);
      if (!found) return;
      waiting.delete(check);
      clearTimeout(timer);
      resolve(found);
    };
    waiting.add(check);
    check();
  });
  return { events, until, close: async () => { abort.abort(); await reading; } };
}
