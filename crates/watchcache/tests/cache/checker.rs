//! Random writes, compactions, lost streams and watchers against a model of what was true when. The seed is in every
//! message.

use std::collections::BTreeMap;
use std::ops::Range;

use pintle_storage::{Op, Revision, Storage, Txn};
use pintle_watchcache::{
    Config, Delivery, Ending, Error, EventKind, Freshness, Interest, ListRequest, Start, WatchRequest,
    Watcher,
};

use crate::world::{Node, World, app_is, config, pod};

/// Key to app, node and mod revision.
type Map = BTreeMap<String, (&'static str, &'static str, u64)>;

const APPS: [&str; 2] = ["a", "b"];
const NODES: [&str; 4] = ["n0", "n1", "n2", ""];
const NAMESPACES: [&str; 3] = ["x", "y", "z"];

/// A small generator of numbers (xorshift), so that a seed replays.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, range: Range<u64>) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        range.start + self.0 % (range.end - range.start)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(0..of.len() as u64) as usize]
    }

    fn key(&mut self) -> String {
        format!("/registry/pods/{}/p{}", self.one(&NAMESPACES), self.roll(0..6))
    }
}

/// A watcher, what it wants, and what it must believe if it was told right.
struct Client {
    watcher: Watcher,
    interest: Interest,
    app: Option<&'static str>,
    believes: BTreeMap<String, u64>,
    /// The revision of the last thing it was told.
    at: u64,
    /// The revision at which it began, and whether the list came first and is not over.
    began: u64,
    listing: bool,
    /// It began at a revision that may have been yet to come, and what was true then is not known to it.
    guessing: bool,
}

struct Play {
    world: World,
    dice: Dice,
    /// The map after each revision, by number.
    maps: BTreeMap<u64, Map>,
    clients: Vec<Client>,
    place: String,
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_nobody_is_told_what_is_not_so() {
    for seed in 1..=60 {
        play(seed, config()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn nor_with_little_room() {
    for seed in 100..=160 {
        play(seed, Config { ring_bytes: 4_000, root_bytes: 3_000, page_size: 3, ..config() }).await;
    }
}

async fn play(seed: u64, config: Config) {
    let dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let world = World::on(Node::new(), config).await;
    let mut play =
        Play { world, dice, maps: BTreeMap::from([(1, Map::new())]), clients: vec![], place: String::new() };
    for step in 0..300 {
        play.place = format!("seed {seed}, step {step}");
        match play.dice.roll(0..40) {
            0..=17 => play.write().await,
            18 | 19 => play.write_elsewhere().await,
            20..=25 => play.list().await,
            26..=29 => play.begin_to_watch().await,
            30..=36 => play.read().await,
            37 => play.world.node.compact().await,
            38 => play.world.node.memory.lose_leader(),
            _ => {
                let flowing = play.dice.roll(0..3) > 0;
                play.world.node.flow(flowing);
            }
        }
    }
    play.place = format!("seed {seed}, at the end");
    play.world.node.flow(true);
    let last = Freshness::NotOlderThan(Revision::new(play.now().0));
    // As long as it takes to open a stream again.
    while play.world.pods().get(b"/registry/pods/x/p0", last).await.is_err() {}
    play.finish();
}

impl Play {
    fn now(&self) -> (u64, &Map) {
        self.maps.last_key_value().map(|(revision, map)| (*revision, map)).unwrap()
    }

    /// What was true at a revision that may have been made by a key elsewhere.
    fn at(&self, revision: u64) -> &Map {
        self.maps.range(..=revision).next_back().unwrap().1
    }

    async fn write(&mut self) {
        let mut map = self.now().1.clone();
        let next = pintle_storage::Storage::revision(&self.world.node.memory).await.unwrap().next().get();
        let mut txn = Txn::new();
        let keys: std::collections::BTreeSet<_> =
            (0..self.dice.roll(1..4)).map(|_| self.dice.key()).collect();
        let mut changed = false;
        for key in keys {
            if self.dice.roll(0..3) == 0 {
                changed |= map.remove(&key).is_some();
                txn = txn.then(Op::delete(key));
            } else {
                let (app, node) = (self.dice.one(&APPS), self.dice.one(&NODES));
                txn = txn.then(Op::put(key.clone(), pod(app, node)));
                map.insert(key, (app, node, next));
                changed = true;
            }
        }
        let revision = self.world.node.txn(txn).await.unwrap().revision.get();
        assert_eq!(changed, revision == next, "{}", self.place);
        if changed {
            self.maps.insert(revision, map);
        }
    }

    async fn write_elsewhere(&mut self) {
        let key = self.dice.one(&["/registry/events/x/e", "/registry/configmaps/x/c", "/elsewhere"]);
        self.world.put(key, "{}").await;
    }

    async fn list(&mut self) {
        let pods = self.world.pods();
        let stored = self.world.node.memory.revision().await.unwrap();
        let some = Revision::new(self.dice.roll(1..stored.get() + 1));
        let freshness = match self.dice.roll(0..4) {
            0 => Freshness::Any,
            1 => Freshness::NotOlderThan(some),
            2 => Freshness::Exact(some),
            _ => Freshness::Latest,
        };
        let snapshot = match pods.list(ListRequest::new(pods.range(None), freshness)).await {
            Ok(snapshot) => snapshot,
            // Only for what is past, or while the stream stands still.
            Err(Error::Expired { oldest }) => {
                assert!(matches!(freshness, Freshness::Exact(asked) if asked < oldest), "{}", self.place);
                return;
            }
            Err(Error::TooLargeRevision { asked, current }) => {
                assert!(asked > current && asked <= stored, "{}", self.place);
                return;
            }
            Err(error) => panic!("{}: {error}", self.place),
        };
        let fresh = match freshness {
            Freshness::Any => true,
            Freshness::NotOlderThan(asked) => snapshot.revision() >= asked,
            Freshness::Exact(asked) => snapshot.revision() == asked,
            Freshness::Latest => snapshot.revision() >= stored,
        };
        assert!(fresh, "{}: {freshness:?} is not {}", self.place, snapshot.revision());
        let listed = snapshot.iter().map(|entry| (text(entry.key()), entry.mod_revision().get()));
        let expected = self.at(snapshot.revision().get()).iter().map(|(key, (_, _, at))| (key.clone(), *at));
        assert!(listed.eq(expected), "{}: list at {}", self.place, snapshot.revision());
    }

    async fn begin_to_watch(&mut self) {
        let interest = match self.dice.roll(0..5) {
            0 => Interest::namespace(self.dice.one(&NAMESPACES)),
            1 => Interest::field("spec.nodeName", self.dice.one(&NODES)),
            2 => Interest::default().named("p1"),
            3 => Interest::namespace(self.dice.one(&NAMESPACES)).named("p2"),
            _ => Interest::default(),
        };
        let app = (self.dice.roll(0..2) == 0).then(|| self.dice.one(&APPS));
        let stored = self.world.node.memory.revision().await.unwrap().get();
        let start = match self.dice.roll(0..4) {
            0 => Start::After(Revision::new(self.dice.roll(1..stored + 3))),
            1 => Start::Live(Freshness::Latest),
            2 => Start::InitialThenLive(Freshness::Latest),
            _ => Start::InitialThenLive(Freshness::Any),
        };
        let mut request = WatchRequest::new(start).interest(interest.clone());
        if let Some(app) = app {
            request = request.filter(app_is(app));
        }
        let watcher = match self.world.pods().watch(request).await {
            Ok(watcher) => watcher,
            Err(Error::Expired { .. } | Error::NotReady) => return,
            Err(error) => panic!("{}: {error}", self.place),
        };
        let (began, listing) = match start {
            Start::After(revision) => (revision.get(), false),
            // Nothing was written meanwhile.
            Start::Live(_) => (stored, false),
            Start::InitialThenLive(_) => (0, true),
        };
        let believes = BTreeMap::new();
        self.clients.push(Client {
            watcher,
            interest,
            app,
            believes,
            at: began,
            began,
            listing,
            guessing: !listing,
        });
    }

    /// What a client must believe at a revision.
    fn chosen(&self, client: &Client, revision: u64) -> BTreeMap<String, u64> {
        let interest = &client.interest;
        let chosen = |key: &str, app: &str, node: &str| {
            let mut segments = key.rsplit('/');
            let (name, namespace) = (segments.next().unwrap(), segments.next().unwrap());
            interest.name.as_ref().is_none_or(|wanted| wanted == name)
                && interest.namespace.as_ref().is_none_or(|wanted| wanted == namespace)
                && interest.field.as_ref().is_none_or(|(_, wanted)| wanted == node)
                && client.app.is_none_or(|wanted| wanted == app)
        };
        let map = self.at(revision).iter();
        map.filter(|(key, (app, node, _))| chosen(key, app, node))
            .map(|(key, (_, _, at))| (key.clone(), *at))
            .collect()
    }

    /// It learns what was true when it began, once that has happened.
    fn inform(&self, client: &mut Client) {
        if client.guessing && self.now().0 >= client.began {
            client.guessing = false;
            client.believes = self.chosen(client, client.began);
        }
    }

    /// Some client reads a little.
    async fn read(&mut self) {
        if self.clients.is_empty() {
            return;
        }
        let which = self.dice.roll(0..self.clients.len() as u64) as usize;
        let mut client = self.clients.swap_remove(which);
        self.inform(&mut client);
        tokio::task::yield_now().await;
        for _ in 0..self.dice.roll(1..40) {
            let Some(delivery) = client.watcher.try_next() else { break };
            if !self.tell(&mut client, delivery) {
                return;
            }
        }
        self.check_bookmark(&client);
        self.clients.push(client);
    }

    /// False: it is over.
    fn tell(&self, client: &mut Client, delivery: Delivery) -> bool {
        let place = &self.place;
        let event = match delivery {
            Delivery::Ended(Ending::Expired | Ending::StorageLost) => return false,
            Delivery::Ended(ending) => panic!("{place}: {ending:?}"),
            Delivery::InitialEventsEnd(revision) => {
                assert!(client.listing, "{place}");
                client.listing = false;
                (client.at, client.began) = (revision.get(), revision.get());
                assert_eq!(client.believes, self.chosen(client, revision.get()), "{place}: initial list");
                return true;
            }
            Delivery::Event(event) => event,
        };
        let (key, shown) = (text(event.entry.key()), event.entry.mod_revision().get());
        if client.listing {
            assert_eq!(event.kind, EventKind::Added, "{place}");
            assert!(client.believes.last_key_value().is_none_or(|(last, _)| *last < key), "{place}: order");
            client.believes.insert(key, shown);
            return true;
        }
        let revision = event.revision.get();
        assert!(revision >= client.at && revision > client.began, "{place}: {revision} after {}", client.at);
        // Before the first event of a later revision, everything up to then must have been told.
        if revision > client.at {
            assert_eq!(client.believes, self.chosen(client, revision - 1), "{place}: before {revision}");
            client.at = revision;
        }
        let before = match event.kind {
            EventKind::Deleted => {
                let before = client.believes.remove(&key);
                assert_eq!(before, Some(shown), "{place}: what was deleted is what was seen last");
                return true;
            }
            _ => client.believes.insert(key, shown),
        };
        assert_eq!(shown, revision, "{place}");
        assert_eq!(before.is_none(), event.kind == EventKind::Added, "{place}");
        true
    }

    fn check_bookmark(&self, client: &Client) {
        if let Some(bookmark) = client.watcher.bookmark_revision() {
            let bookmark = bookmark.get();
            let whole = bookmark >= client.at;
            assert!(
                !client.listing && bookmark + 1 >= client.at,
                "{}: {bookmark} < {}",
                self.place,
                client.at
            );
            if whole && !client.guessing {
                assert_eq!(
                    client.believes,
                    self.chosen(client, bookmark),
                    "{}: bookmark {bookmark}",
                    self.place
                );
            }
        }
    }

    /// Everybody reads to the end.
    fn finish(&mut self) {
        let (last, _) = self.now();
        for mut client in std::mem::take(&mut self.clients) {
            let mut over = false;
            self.inform(&mut client);
            while let Some(delivery) = client.watcher.try_next() {
                if !self.tell(&mut client, delivery) {
                    over = true;
                    break;
                }
            }
            if !over && !client.guessing {
                let last = last.max(client.began);
                assert_eq!(client.believes, self.chosen(&client, last), "{}", self.place);
                assert!(
                    client.watcher.bookmark_revision().is_some_and(|safe| safe.get() >= last),
                    "{}",
                    self.place
                );
            }
        }
    }
}

fn text(key: &[u8]) -> String {
    String::from_utf8(key.to_vec()).unwrap()
}
