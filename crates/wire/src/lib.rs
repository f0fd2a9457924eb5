//! Messages and services as they go over the wire: generated from `proto/` at build time. By hand is
//! only how a message is put into a buffer.
//!
//! It never knows what anybody does with them.
#![allow(missing_docs, unreachable_pub, rust_2018_idioms, clippy::all, reason = "generated code")]

pub mod codec;

/// etcd's keys, values and events.
pub mod mvccpb {
    tonic::include_proto!("mvccpb");
}

/// What etcd's roles may do.
pub mod authpb {
    tonic::include_proto!("authpb");
}

/// etcd's services.
pub mod etcdserverpb {
    tonic::include_proto!("etcdserverpb");
}

/// gRPC's own services.
pub mod grpc {
    /// Health checks.
    pub mod health {
        tonic::include_proto!("grpc.health.v1");
    }
}

/// Content of log entries.
pub mod pintle {
    /// Commands.
    pub mod command {
        tonic::include_proto!("pintle.command");
    }

    /// Members among themselves.
    pub mod peer {
        tonic::include_proto!("pintle.peer");
    }

    /// Consensus.
    pub mod raft {
        tonic::include_proto!("pintle.raft");
    }
}
