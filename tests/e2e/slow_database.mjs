// A disk that is slow: between the services and the database stands a socket that holds every COMMIT back.
import { rename, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const COMMIT = Buffer.from('\x07\0\0\0\x03COMMIT'); // A packet of seven bytes, the first of its command: a query.

/**
 * Takes the place of the installation's database socket. Connections that exist go on as they are; new ones come through here.
 * Returns { end }, which gives the place back and closes what came through.
 */
export async function slowCommits(home, hold_ms) {
  const place = join(home, 'run', 'db.sock');
  const real = join(home, 'run', 'quick.sock');
  await rename(place, real);
  const open = new Set();
  const server = createServer((client) => {
    const database = connect(real);
    for (const socket of [client, database]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    database.pipe(client);
    client.on('data', (bytes) => {
      if (!bytes.equals(COMMIT)) return database.write(bytes);
      client.pause(); // One connection has one statement at a time: nothing is overtaken.
      return setTimeout(() => {
        database.write(bytes);
        client.resume();
      }, hold_ms);
    });
  });
  await new Promise((resolve) => server.listen(place, resolve));
  return {
    async end() {
      server.close();
      await unlink(place).catch(() => {}); // The server itself may have removed it.
      await rename(real, place);
      for (const socket of open) socket.destroy();
    },
  };
}
