//! What a chain has to do, said once and asked of the sandbox and of another node.

pub(crate) mod abi;
pub(crate) mod chain;
pub(crate) mod eip3009;
pub(crate) mod node;
pub(crate) mod permit2;
pub(crate) mod pool;
pub(crate) mod reads;
pub(crate) mod wallets;

pub(crate) use node::Node;

/// Hands every case to a macro, by module and name.
macro_rules! each_case {
    ($run:ident) => {
        $run! {
            chain::placed_contracts_know_their_place,
            chain::time_moves_as_it_is_told,
            chain::a_snapshot_brings_everything_back,
            chain::state_of_earlier_blocks_is_kept,
            chain::blocks_and_receipts_agree,
            chain::fees_are_told,
            eip3009::both_overloads_move_money_once,
            eip3009::the_window_is_strict_at_both_ends,
            eip3009::row_143_a_cancelled_authorization_moves_nothing,
            eip3009::what_is_not_signed_right_is_refused,
            eip3009::a_refused_transfer_is_mined_and_says_no,
            eip3009::receiving_is_for_the_payee,
            permit2::exact_moves_all_of_it_once,
            permit2::exact_refuses_by_name,
            permit2::a_permit_comes_along,
            permit2::a_failing_permit_is_swallowed,
            permit2::upto_is_for_the_named_facilitator,
            pool::nonces_wait_for_the_ones_before,
            pool::a_replacement_pays_more,
            pool::what_cannot_be_paid_is_refused,
            pool::every_kind_of_transaction_is_mined,
            pool::a_hundred_from_four_senders,
            reads::errors_have_their_codes,
            reads::gas_is_estimated_and_enough,
            reads::calls_can_be_overridden,
            reads::logs_are_found_by_what_is_asked,
            reads::filters_tell_what_is_new,
            reads::batches_are_answered,
            wallets::code_decides_for_a_wallet,
            wallets::a_wallet_to_be_is_simulated_whole,
            wallets::a_delegated_account_is_code,
        }
    };
}

pub(crate) use each_case;
