import type { Server } from "@modelcontextprotocol/server";
import { z } from "zod";
import { BoardError, invalidArgument } from "../../board/core/errors.js";
import type { Room } from "../../calls/slots.js";
import type { Log } from "../../log.js";
import { protocolError, type ReadBoard } from "../render.js";
import { createFeed, type Feed } from "./feed.js";
import { followsProjects, KINDS, kindOf } from "./kinds.js";

/** Subscriptions to resources that a connection may have. */
const MOST_SUBSCRIPTIONS = 100;

/** Stands among URIs for the list of resources, which has none. */
export const LIST = Symbol("the list of resources");
/** What is subscribed to: a resource by its URI, or the list of resources. */
export type Subscribed = string | typeof LIST;

/** The subscriptions of one connection, which is the process's only one. */
export interface Subscriptions {
  /**
   * Subscribes to all of these, and resolves to what ends it once every change from here on is told. Rejects with a
   * ProtocolError when nobody can subscribe to one of them, there are too many, or the store cannot be listened to.
   */
  add(what: readonly Subscribed[], cancelled: AbortSignal): Promise<() => void>;
  /** Ends all of them. */
  end(): void;
}

/** What subscriptions are made with. */
export interface SubscriptionsOptions {
  readBoard: ReadBoard;
  /** Through which the client is told. */
  server(): Server;
  /** No notice is sent while there is none. */
  room?: Room | undefined;
  log: Log;
}

/** Makes the subscriptions of a connection; the store is not opened before the first. */
export function createSubscriptions({ readBoard, server, room, log }: SubscriptionsOptions): Subscriptions {
  const feeds = new Map<Subscribed, { feed: Feed; users: number }>();
  let subscribed = 0;

  function feedOf(what: Subscribed): Feed {
    const found = what === LIST ? null : kindOf(what);
    const follows = what === LIST ? followsProjects : found?.kind.follows;
    if (!follows) throw protocolError(notSubscribable());
    return createFeed({
      follows: (store) => follows(store, found?.id ?? ""),
      mark: ({ id, updateTime }) => (what === LIST ? id : `${id} ${updateTime?.seconds}.${updateTime?.nanoseconds}`),
      tell() {
        if (room?.full()) return false;
        const sent = what === LIST ? server().sendResourceListChanged() : server().sendResourceUpdated({ uri: what });
        sent.catch((error: unknown) => log("warn", "notice_not_sent", { message: String(error) }));
        return true;
      },
      failed: (error) => log("warn", "listener_failed", { message: error.message }),
    });
  }

  function hold(what: Subscribed): Feed {
    const held = feeds.get(what) ?? { feed: feedOf(what), users: 0 };
    held.users += 1;
    feeds.set(what, held);
    return held.feed;
  }

  function drop(what: Subscribed): void {
    const held = feeds.get(what);
    if (!held) return;
    held.users -= 1;
    if (held.users > 0) return;
    feeds.delete(what);
    held.feed.stop();
  }

  return {
    async add(what, cancelled) {
      const count = what.filter((each) => each !== LIST).length;
      if (subscribed + count > MOST_SUBSCRIPTIONS) throw protocolError(tooMany());
      const held: Subscribed[] = [];
      subscribed += count;
      let ended = false;
      const release = () => {
        if (ended) return;
        ended = true;
        subscribed -= count;
        for (const each of held) drop(each);
      };
      try {
        const started = what.map((each) => {
          const feed = hold(each);
          held.push(each);
          return feed;
        });
        await readBoard("resources/subscribe", cancelled, async ({ store, signal }) => {
          // Its time may have ended while the store was opened, and with it the subscription.
          signal.throwIfAborted();
          await Promise.all(started.map((feed) => feed.start(store)));
        });
        return release;
      } catch (error) {
        release();
        throw error;
      }
    },
    end() {
      for (const { feed } of feeds.values()) feed.stop();
      feeds.clear();
    },
  };
}

const OF_URI = z.object({ uri: z.string() });

/**
 * Subscriptions of versions before 2026-07-28, to one resource each. With the first one the client is also told when
 * projects come or go, for which these versions have no subscription.
 */
export function serveSubscriptions(server: Server, subscriptions: Subscriptions): void {
  const own = new Map<string, Promise<() => void>>();

  server.setRequestHandler("resources/subscribe", { params: OF_URI }, async ({ uri }, { mcpReq }) => {
    const added = own.get(uri) ?? subscriptions.add([uri, LIST], mcpReq.signal);
    own.set(uri, added);
    try {
      await added;
    } catch (error) {
      if (own.get(uri) === added) own.delete(uri);
      throw error;
    }
    return {};
  });

  server.setRequestHandler("resources/unsubscribe", { params: OF_URI }, async ({ uri }) => {
    const added = own.get(uri);
    own.delete(uri);
    // One that failed was refused to whoever asked for it.
    const release = await added?.catch(() => undefined);
    release?.();
    return {};
  });
}

function notSubscribable(): BoardError {
  const known = KINDS.filter(({ follows }) => follows).map(({ uriTemplate }) => uriTemplate);
  return invalidArgument("Nobody can subscribe to this URI.", `One can to ${known.join(", ")}.`);
}

function tooMany(): BoardError {
  const message = `A connection may have ${MOST_SUBSCRIPTIONS} subscriptions to resources.`;
  return new BoardError("rate_limited", message, "End some that are no longer needed.");
}
