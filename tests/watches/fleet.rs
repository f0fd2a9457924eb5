//! One storage, several frontends with one certificate, and a balancer before them.

use crate::client::World;
use parking_lot::Mutex;
use pintle_tests::member::{Member, Plan, one};
use pintle_tests::{Apiserver, Balancer, Folder};
use std::sync::Arc;

/// Frontends at a time.
const FRONTENDS: usize = 3;

#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) plan: Plan,
    balancer: Balancer,
    frontends: Vec<Option<Apiserver>>,
    folder: Folder,
    _storage: Member,
}

/// How a frontend is taken away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loss {
    /// It is asked to stop, and does.
    Stopped,
    /// As by a power failure.
    Killed,
}

impl Fleet {
    pub(crate) async fn start() -> Fleet {
        let folder = Folder::new();
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        folder.write("server.crt", &made.cert.pem());
        folder.write("server.key", &made.signing_key.serialize_pem());
        let (plan, storage) = one(&folder).await;
        let balancer = Balancer::start().await;
        let mut fleet = Fleet { plan, balancer, frontends: Vec::new(), folder, _storage: storage };
        for _ in 0..FRONTENDS {
            let frontend = fleet.frontend(true).await;
            fleet.frontends.push(Some(frontend));
        }
        fleet
    }

    /// What clients know of it.
    pub(crate) fn world(&self, orderly: bool) -> Arc<World> {
        Arc::new(World {
            address: self.balancer.address(),
            certificate: self.folder.path().join("server.crt"),
            orderly,
            acknowledged: Default::default(),
            faults: Mutex::default(),
        })
    }

    pub(crate) fn places(&self) -> usize {
        self.frontends.len()
    }

    /// Takes one away and puts a new one in its place. The balancer is told before or after, and it may send clients to
    /// the new one before that is ready.
    pub(crate) async fn replace(&mut self, place: usize, loss: Loss, told_before: bool, ready: bool) {
        let old = self.frontends[place].take().unwrap();
        let address = old.address();
        if told_before {
            self.balancer.remove(address);
        }
        match loss {
            Loss::Stopped => old.stop().await,
            Loss::Killed => old.kill(),
        }
        self.balancer.remove(address);
        self.frontends[place] = Some(self.frontend(ready).await);
    }

    /// A world in which this one is the only frontend.
    pub(crate) fn only(&self, place: usize) -> Arc<World> {
        let frontend = self.frontends[place].as_ref().unwrap();
        let World { certificate, .. } = &*self.world(true);
        Arc::new(World {
            address: frontend.address(),
            certificate: certificate.clone(),
            orderly: true,
            acknowledged: Default::default(),
            faults: Mutex::default(),
        })
    }

    async fn frontend(&self, ready: bool) -> Apiserver {
        let servers = format!("--etcd-servers={}", self.plan.clients.join(","));
        let certificate = format!("--tls-cert-file={}", self.folder.path().join("server.crt").display());
        let key = format!("--tls-private-key-file={}", self.folder.path().join("server.key").display());
        let start = move || Apiserver::start(&[&servers, &certificate, &key]);
        let frontend = tokio::task::spawn_blocking(start).await.unwrap();
        if ready {
            let world = World { address: frontend.address(), ..Arc::into_inner(self.world(true)).unwrap() };
            crate::client::Client::new(&Arc::new(world)).until_ready().await;
        }
        self.balancer.add(frontend.address());
        frontend
    }
}
