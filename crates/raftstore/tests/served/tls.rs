//! Members that show certificates to each other and to their clients: who is let in, and files that change under way.

use crate::members::{Members, Tls};
use crate::pki::{Authority, MEMBER, Pki, Subject};
use pintle_raftstore::peers::{PeerTls, Remote};
use pintle_raftstore::raft::Transport;
use pintle_raftstore::serve::Allowed;
use pintle_storage::dial::{Address, TlsSource, dial};
use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::suite::{Running, Subject as Suite, run};
use pintle_storage::{Op, Storage, Txn};
use pintle_wire::etcdserverpb::PutRequest;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A client of members with TLS.
struct Served {
    storage: Arc<Etcd>,
    _members: Members,
}

impl Suite for Served {
    fn storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.storage) as Arc<dyn Storage>
    }

    fn advance(&self, time: Duration) -> Running<'_> {
        Box::pin(tokio::time::sleep(time))
    }
}

async fn three(authority: &Authority, allowed: Allowed) -> Members {
    Members::start_with_tls(3, Tls { pki: Pki::new(authority), members: allowed }).await
}

fn client(members: &Members, tls: PeerTls) -> Etcd {
    Etcd::new(Options { tls, ..Options::new(members.client_urls()) }).unwrap()
}

async fn served() -> Arc<dyn Suite> {
    let members = three(&Authority::new(), Allowed::Anyone).await;
    let storage = Arc::new(client(&members, members.pki().client(Some("client"))));
    Arc::new(Served { storage, _members: members })
}

macro_rules! some_cases {
    ($($group:ident { $($case:ident)* })*) => {
        $(mod $group {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let name = concat!(stringify!($group), "::", stringify!($case));
                crate::tls::run(name, crate::tls::served).await;
            })*
        })*
    };
}

some_cases! {
    txns {
        create_if_absent_creates_once
        a_lost_update_reads_the_winner
        responses_come_in_order
    }
    ranges {
        keys_come_in_bytewise_order
        the_past_can_be_read
    }
    watches {
        puts_and_deletes_come
        a_txn_comes_in_one_piece_in_its_order
        several_watches_each_get_everything
    }
}

/// What a member answers to who asks who is in its cluster, as who connects with these files.
async fn introduced(members: &Members, tls: PeerTls) -> bool {
    let transport = Remote::new(tls).unwrap();
    transport.introduce(&members.peer_urls()[..1]).await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_a_certificate_of_the_authority_is_let_in() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let members = three(&ours, Allowed::Anyone).await;
    let pki = members.pki();
    assert!(client(&members, pki.client(Some("client"))).revision().await.is_ok());
    assert!(introduced(&members, pki.client(Some("member"))).await);
    pki.issue(&theirs, "stranger", MEMBER);
    pki.issue(&ours, "late", Subject { has_expired: true, ..MEMBER });
    for shown in [None, Some("stranger"), Some("late")] {
        assert!(client(&members, pki.client(shown)).revision().await.is_err(), "a client with {shown:?}");
        assert!(!introduced(&members, pki.client(shown)).await, "a member with {shown:?}");
    }
    // The other way round: who trusts another authority does not believe that these are the members.
    let other = Pki::new(&theirs);
    let mistrusting = PeerTls { ca: other.client(None).ca, ..pki.client(Some("client")) };
    assert!(client(&members, mistrusting.clone()).revision().await.is_err());
    assert!(!introduced(&members, mistrusting).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_may_have_to_be_of_a_name_or_a_host() {
    for allowed in [
        Allowed::CommonNames(vec!["somebody".to_owned(), "member".to_owned()]),
        Allowed::Hosts(vec!["member.local".to_owned()]),
    ] {
        let ours = Authority::new();
        // They need each other to have a leader.
        let members = three(&ours, allowed).await;
        members.node(0).put(PutRequest { key: "k".into(), ..PutRequest::default() }).await.unwrap();
        let pki = members.pki();
        assert!(introduced(&members, pki.client(Some("member"))).await);
        assert!(!introduced(&members, pki.client(Some("client"))).await);
        assert!(client(&members, pki.client(Some("client"))).revision().await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_replaced_while_members_serve() {
    let (old, new) = (Authority::new(), Authority::new());
    let mut members = three(&old, Allowed::Anyone).await;
    let pki = members.pki();
    let storage = Arc::new(client(&members, pki.client(Some("client"))));
    let (writing, written) = (Arc::clone(&storage), watch::Sender::new(0u32));
    let mut seen = written.subscribe();
    let mut traffic = tokio::task::JoinSet::new();
    traffic.spawn(async move {
        loop {
            let op = Op::put("counter", written.borrow().to_string());
            // The member that was asked may be the one that stops.
            match writing.txn(Txn::new().then(op)).await {
                Ok(_) => written.send_modify(|written| *written += 1),
                Err(error) => assert!(error.may_retry() || error.may_have_applied(), "{error}"),
            }
        }
    });
    more(&mut seen).await;
    // As operators do: first everybody trusts both, then everybody shows the new, then nobody trusts the old.
    pki.trust(&[&old, &new]);
    for name in ["member", "client"] {
        pki.issue(&new, name, MEMBER);
    }
    pki.trust(&[&new]);
    // Members look at the files when somebody connects; the old ones are refused from then on.
    let only_new = Pki::new(&new);
    for url in members.client_urls() {
        let address = Address::parse(&url).unwrap();
        let tls = Arc::new(TlsSource::load(only_new.client(Some("client"))).unwrap());
        let connected = async {
            while dial(&address, Some(&tls)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), connected).await.expect("the new files in time");
    }
    let only_old = Pki::new(&old);
    let mixed = PeerTls { ca: only_new.client(None).ca, ..only_old.client(Some("client")) };
    assert!(client(&members, mixed).revision().await.is_err(), "the old authority is trusted no more");
    // A member that starts again has only the new files, and the others were not started again.
    let place = (members.leader().await + 1) % 3;
    members.stop(place).await;
    members.restart(place).await;
    members.leader().await;
    members.node(place).linearize().await.unwrap();
    more(&mut seen).await;
    assert!(traffic.try_join_next().is_none(), "no write failed for good");
}

/// Returns when something more is written.
async fn more(written: &mut watch::Receiver<u32>) {
    written.mark_unchanged();
    tokio::time::timeout(Duration::from_secs(20), written.changed()).await.expect("writes go on").unwrap();
}
