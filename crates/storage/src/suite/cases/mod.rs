//! The list of cases, once. A case that is written but not listed does not compile without a warning.

mod compaction;
mod compares;
mod concurrency;
mod leases;
mod limits;
mod progress;
mod ranges;
mod revisions;
mod txns;
mod watches;
mod watches_from_past;

use super::{Running, Subject};

/// One test.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// `group::case`.
    pub name: &'static str,
    /// Runs it, on a store that is fresh and empty. Panics when it fails.
    pub run: for<'a> fn(&'a dyn Subject) -> Running<'a>,
}

/// Calls a macro with every case, as `group { case case ... } group { ... }`, for those who want a test each.
#[macro_export]
macro_rules! for_each_storage_case {
    ($with:ident) => {
        $with! {
            revisions {
                an_empty_store_is_at_one
                the_first_write_makes_two
                each_write_raises_by_one
                all_of_a_txn_shares_one
                reading_raises_nothing
                deleting_nothing_raises_nothing
                putting_the_same_value_is_a_write
                a_key_counts_its_versions
                a_key_that_returns_starts_over
            }
            txns {
                an_empty_txn_succeeds
                create_if_absent_creates_once
                a_lost_create_reads_the_winner
                update_if_unchanged_updates
                a_lost_update_reads_the_winner
                delete_if_unchanged_deletes
                only_one_list_runs
                all_compares_must_hold
                responses_come_in_order
                reads_see_the_writes_before_them
                reads_at_a_revision_do_not_see_the_txn
                a_range_is_deleted_at_one_revision
                overlapping_deletes_count_once
                a_key_may_not_be_put_twice
                a_key_may_not_be_put_and_deleted
                both_lists_are_checked
                the_same_key_may_be_in_both_lists
                keys_may_not_be_empty
                an_unknown_lease_refuses_the_whole_txn
                a_read_that_cannot_be_refuses_the_whole_txn
            }
            compares {
                mod_revision
                create_revision
                version
                value
                lease
                a_missing_key_compares_as_zero
                a_missing_key_has_no_value_to_compare
                a_deleted_key_is_missing
            }
            ranges {
                a_key_comes_with_its_revisions
                a_missing_key_is_no_error
                keys_come_in_bytewise_order
                a_prefix_ends_where_it_should
                the_end_is_not_part_of_the_range
                an_open_end_reaches_the_last_key
                a_range_that_ends_before_it_starts_is_empty
                a_limit_cuts_and_says_so
                a_limit_that_fits_cuts_nothing
                pages_at_one_revision_ignore_later_writes
                keys_only_leaves_values_out
                count_only_leaves_keys_out
                the_past_can_be_read
                the_past_shows_what_is_deleted_now
                the_future_is_refused
                serializable_reads_answer
                an_empty_value_is_a_value
                keys_are_any_bytes
            }
            watches {
                puts_and_deletes_come
                from_now_on_means_no_past
                a_single_key_is_watched_alone
                a_prefix_is_watched_alone
                an_open_range_is_watched
                events_carry_revisions_and_versions
                prev_is_what_was_replaced
                prev_is_left_out_unless_asked_for
                a_txn_comes_in_one_piece_in_its_order
                a_deleted_range_comes_in_key_order
                a_failed_txn_sends_nothing
                several_watches_each_get_everything
                a_dropped_watch_disturbs_nobody
                an_empty_key_is_refused
            }
            watches_from_past {
                the_past_is_replayed
                the_past_is_filtered
                prev_is_replayed
                replay_goes_over_into_live
                a_future_revision_is_waited_for
                a_watch_resumes_where_another_stopped
                a_slow_reader_misses_nothing
                large_revisions_come_whole
                nothing_is_missed_or_repeated_under_writers
            }
            progress {
                an_idle_watch_progresses
                progress_follows_all_events
                progress_counts_events_of_other_keys
                every_watch_progresses
                progress_can_be_asked_for_again
            }
            compaction {
                the_past_below_is_gone
                the_compacted_revision_can_be_read
                current_values_stay
                deleted_keys_stay_deleted
                compacting_again_is_refused
                compacting_the_future_is_refused
                a_watch_from_below_ends
                a_watch_from_the_compacted_revision_replays
                a_watch_that_kept_up_goes_on
                a_txn_cannot_read_below
            }
            leases {
                a_grant_gives_at_least_what_was_asked
                ids_can_be_chosen
                a_taken_id_is_refused
                chosen_ids_differ
                an_endless_lease_is_refused
                a_put_attaches_the_key
                a_lease_knows_its_keys
                revoking_deletes_the_keys_at_one_revision
                revoking_an_empty_lease_raises_nothing
                revoking_leaves_other_keys
                an_unknown_lease_is_not_found
                a_put_without_lease_detaches
                a_put_with_another_lease_moves
                a_deletion_detaches
                time_runs_down
                expiry_deletes_the_keys
                expiry_sends_events_at_one_revision
                an_expired_lease_is_not_found
                keep_alive_starts_the_time_again
            }
            concurrency {
                increments_are_not_lost
                one_of_many_creators_wins
                writes_have_revisions_of_their_own
                reads_are_consistent_across_keys
                watches_agree_on_the_order
            }
            limits {
                a_large_value_fits
                a_value_too_large_is_refused
                many_operations_fit
                too_many_operations_are_refused
                too_many_compares_are_refused
                the_status_is_known
            }
        }
    };
}

macro_rules! list {
    ($($group:ident { $($case:ident)* })*) => {
        /// Every case.
        pub const CASES: &[Case] = &[$($(Case {
            name: concat!(stringify!($group), "::", stringify!($case)),
            run: |subject| Box::pin($group::$case(subject)),
        },)*)*];
    };
}

for_each_storage_case!(list);
