// HTTP by hand, for what a well-behaved client cannot send.
import { connect } from 'node:net';

/**
 * Sends text and then the pieces one by one for as long as the door takes them, and gives the first line of the answer and how
 * many pieces were sent; `line` is '' when the door closed without an answer.
 */
export function sendRaw(url, head, { pieces = [], within_ms = 20000 } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let [got, sent] = ['', 0];
    const queue = pieces[Symbol.iterator]();
    const socket = connect(Number(port), hostname, () => socket.write(head, feed));
    function feed(error) {
      if (error || socket.destroyed || got) return;
      const { done, value } = queue.next();
      if (done) return;
      sent++;
      socket.write(value, feed);
    }
    AbortSignal.timeout(within_ms).addEventListener('abort', () => {
      socket.destroy();
      reject(new Error(`no answer within ${within_ms} ms; got ${got.slice(0, 80)}`));
    });
    socket.on('data', (piece) => {
      got += piece.toString('latin1');
      if (got.includes('\r\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve({ line: got.split('\r\n')[0], sent }));
  });
}
