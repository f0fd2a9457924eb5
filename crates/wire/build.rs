//! Generates the messages and services of `proto/` without any program to install.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new("../../proto");
    println!("cargo::rerun-if-changed=../../proto");
    let protocols = [
        "etcd/rpc.proto",
        "grpc/health.proto",
        "pintle/command.proto",
        "pintle/raft.proto",
        "pintle/peer.proto",
    ];
    let files = protox::compile(protocols, [root])?;
    tonic_prost_build::configure()
        .bytes(".")
        .codec_path("crate::codec::SizedCodec")
        .build_transport(true)
        .compile_fds(files)?;
    Ok(())
}
