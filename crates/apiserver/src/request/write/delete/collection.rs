//! DELETE of many objects: what a list would show, page by page, one object after the other.

use super::options::DeleteOptions;
use crate::request::read::{ListOptions, Listed, Listing, Match, Presenter};
use crate::request::reply::Response;
use crate::request::write::Write;
use hyper::body::Incoming;
use pintle_meta::Status;

/// How many objects are listed at a time when the client does not say.
const PAGE: i64 = 10_000;

pub(in crate::request::write) async fn delete_collection(
    write: Write,
    body: Incoming,
) -> Result<Response, Status> {
    let listing = ListOptions::read(&write.query, &write.target, false)?;
    let body = write.body(body).await?;
    let options = write.delete_options(&body)?;
    let presenter = Presenter::new(&write.server, &write.target, write.negotiated.clone(), &write.query)?;
    let deleted = write.delete_listed(listing, &options).await?;
    presenter.list(deleted.entries, &deleted.meta).await
}

impl Write {
    /// Deletes what is listed: one page when the client asks for a limit, else all of them. What the first page said of
    /// itself is said of all. The first object that can't be deleted ends it.
    async fn delete_listed(
        &self,
        mut listing: ListOptions,
        options: &DeleteOptions,
    ) -> Result<Listed, Status> {
        let is_one_page = listing.limit > 0;
        if listing.limit == 0 {
            listing.limit = PAGE;
        }
        let mut deleted = self.delete_page(&listing, options).await?;
        let mut next = deleted.meta.continue_token.clone().filter(|_| !is_one_page);
        while let Some(token) = next {
            (listing.continue_token, listing.resource_version) = (token, String::new());
            listing.version_match = Match::Unset;
            let page = self.delete_page(&listing, options).await?;
            deleted.entries.extend(page.entries);
            next = page.meta.continue_token;
        }
        Ok(deleted)
    }

    async fn delete_page(&self, listing: &ListOptions, options: &DeleteOptions) -> Result<Listed, Status> {
        let namespace = Some(self.namespace.as_str()).filter(|namespace| !namespace.is_empty());
        let page = Listing::new(&self.view, &self.target, namespace, listing)?.page().await?;
        for entry in &page.entries {
            let one = Write { namespace: entry.namespace().into(), ..self.clone() };
            match one.delete_named(entry.name(), options).await {
                Err(status) if status.code != 404 => return Err(status),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(page)
    }
}
