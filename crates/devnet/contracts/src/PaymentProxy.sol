// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// A permission to take tokens once, as Permit2 has it.
struct TokenPermissions {
    address token;
    uint256 amount;
}

struct PermitTransferFrom {
    TokenPermissions permitted;
    uint256 nonce;
    uint256 deadline;
}

struct SignatureTransferDetails {
    address to;
    uint256 requestedAmount;
}

/// What the proxies use of Permit2.
interface ISignatureTransfer {
    function permitWitnessTransferFrom(
        PermitTransferFrom memory permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}

/// What the proxies use of a token.
interface IPermit {
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}

/// A signed EIP-2612 allowance for Permit2, which the relayer may hand over with the payment.
struct Permit2612 {
    uint256 value;
    uint256 deadline;
    bytes32 r;
    bytes32 s;
    uint8 v;
}

/// What both x402 proxies do: move one permitted payment to the recipient that its owner signed for, and nowhere else.
abstract contract PaymentProxy {
    ISignatureTransfer public immutable PERMIT2;

    event Settled();
    event SettledWithPermit();
    event EIP2612PermitFailedWithReason(address indexed token, address indexed owner, string reason);
    event EIP2612PermitFailedWithPanic(address indexed token, address indexed owner, uint256 errorCode);
    event EIP2612PermitFailedWithData(address indexed token, address indexed owner, bytes data);

    error InvalidPermit2Address();
    error InvalidDestination();
    error PaymentTooEarly();
    error InvalidOwner();
    error InvalidAmount();
    error Permit2612AmountMismatch();

    constructor(address permit2) {
        if (permit2 == address(0)) revert InvalidPermit2Address();
        PERMIT2 = ISignatureTransfer(permit2);
    }

    /// The witness as its recipient, its first second, its hash and the type that Permit2 hashes it under.
    struct Witnessed {
        address to;
        uint256 validAfter;
        bytes32 hash;
        string typeString;
    }

    function _transfer(
        PermitTransferFrom calldata permit,
        uint256 amount,
        address owner,
        Witnessed memory witness,
        bytes calldata signature
    ) internal {
        if (owner == address(0)) revert InvalidOwner();
        if (witness.to == address(0)) revert InvalidDestination();
        if (amount == 0) revert InvalidAmount();
        if (block.timestamp < witness.validAfter) revert PaymentTooEarly();
        PERMIT2.permitWitnessTransferFrom(
            permit,
            SignatureTransferDetails({to: witness.to, requestedAmount: amount}),
            owner,
            witness.hash,
            witness.typeString,
            signature
        );
    }

    /// Hands the allowance over. That it fails is no reason to stop: somebody may have handed it over before, and if there is no
    /// allowance then the transfer says so.
    function _allow(Permit2612 calldata allowance, TokenPermissions calldata permitted, address owner) internal {
        if (allowance.value != permitted.amount) revert Permit2612AmountMismatch();
        address token = permitted.token;
        try IPermit(token).permit(
            owner, address(PERMIT2), allowance.value, allowance.deadline, allowance.v, allowance.r, allowance.s
        ) {} catch Error(string memory reason) {
            emit EIP2612PermitFailedWithReason(token, owner, reason);
        } catch Panic(uint256 errorCode) {
            emit EIP2612PermitFailedWithPanic(token, owner, errorCode);
        } catch (bytes memory data) {
            emit EIP2612PermitFailedWithData(token, owner, data);
        }
    }
}
