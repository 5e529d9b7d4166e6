//! The interfaces of the contracts, written from their public descriptions.

use alloy_primitives::Address;
use alloy_sol_types::{Eip712Domain, eip712_domain, sol};
use quittance_devnet::PERMIT2;

sol! {
    #[derive(Debug, Default)]
    struct TransferWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    #[derive(Debug, Default)]
    struct ReceiveWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    struct CancelAuthorization {
        address authorizer;
        bytes32 nonce;
    }

    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }

    interface IToken {
        event Transfer(address indexed from, address indexed to, uint256 value);
        event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
        event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

        function name() external view returns (string memory);
        function version() external view returns (string memory);
        function symbol() external view returns (string memory);
        function decimals() external view returns (uint8);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function nonces(address owner) external view returns (uint256);
        function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
        function mint(address to, uint256 value) external returns (bool);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
        function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;
    }

    // the overloads, each under the selector that wallets and facilitators send
    interface ISplit {
        function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;
        function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;
    }

    interface IWhole {
        function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes memory signature) external;
        function cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) external;
    }

    interface IPermit2 {
        error InvalidNonce();
        error InvalidSigner();
        error SignatureExpired(uint256 signatureDeadline);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
    }

    interface IProxy {
        event Settled();
        event SettledWithPermit();
        event EIP2612PermitFailedWithReason(address indexed token, address indexed owner, string reason);
        error InvalidDestination();
        error PaymentTooEarly();
        error InvalidOwner();
        error InvalidAmount();
        error Permit2612AmountMismatch();
        error UnauthorizedFacilitator();
        error AmountExceedsPermitted();
        function PERMIT2() external view returns (address);
    }

    interface IMulticall3 {
        struct Call {
            address target;
            bytes callData;
        }
        struct Call3 {
            address target;
            bool allowFailure;
            bytes callData;
        }
        struct Result {
            bool success;
            bytes returnData;
        }
        function tryAggregate(bool requireSuccess, Call[] calldata calls) external payable returns (Result[] memory returnData);
        function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory returnData);
        function getCurrentBlockTimestamp() external view returns (uint256);
        function getChainId() external view returns (uint256);
        function getLastBlockHash() external view returns (bytes32);
    }

    interface IWallet {
        function owner() external view returns (address);
        function execute(address target, uint256 value, bytes calldata data) external returns (bytes memory);
    }

    interface IWalletFactory {
        function deploy(address owner, bytes32 salt) external returns (address wallet);
        function addressOf(address owner, bytes32 salt) external view returns (address);
    }
}

/// The two shapes of what an owner signs for Permit2, and of the calls that carry it.
pub(crate) mod exact {
    alloy_sol_types::sol! {
        #[derive(Debug, Default)]
        struct TokenPermissions {
            address token;
            uint256 amount;
        }

        #[derive(Debug, Default)]
        struct PermitTransferFrom {
            TokenPermissions permitted;
            uint256 nonce;
            uint256 deadline;
        }

        struct Permit2612 {
            uint256 value;
            uint256 deadline;
            bytes32 r;
            bytes32 s;
            uint8 v;
        }

        #[derive(Debug, Default)]
        struct Witness {
            address to;
            uint256 validAfter;
        }

        struct PermitWitnessTransferFrom {
            TokenPermissions permitted;
            address spender;
            uint256 nonce;
            uint256 deadline;
            Witness witness;
        }

        interface IExact {
            function settle(PermitTransferFrom calldata permit, address owner, Witness calldata witness, bytes calldata signature) external;
            function settleWithPermit(Permit2612 calldata allowance, PermitTransferFrom calldata permit, address owner, Witness calldata witness, bytes calldata signature) external;
        }
    }
}

pub(crate) mod upto {
    alloy_sol_types::sol! {
        #[derive(Debug, Default)]
        struct TokenPermissions {
            address token;
            uint256 amount;
        }

        #[derive(Debug, Default)]
        struct PermitTransferFrom {
            TokenPermissions permitted;
            uint256 nonce;
            uint256 deadline;
        }

        struct Permit2612 {
            uint256 value;
            uint256 deadline;
            bytes32 r;
            bytes32 s;
            uint8 v;
        }

        #[derive(Debug, Default)]
        struct Witness {
            address to;
            address facilitator;
            uint256 validAfter;
        }

        struct PermitWitnessTransferFrom {
            TokenPermissions permitted;
            address spender;
            uint256 nonce;
            uint256 deadline;
            Witness witness;
        }

        interface IUpto {
            function settle(PermitTransferFrom calldata permit, uint256 amount, address owner, Witness calldata witness, bytes calldata signature) external;
            function settleWithPermit(Permit2612 calldata allowance, PermitTransferFrom calldata permit, uint256 amount, address owner, Witness calldata witness, bytes calldata signature) external;
        }
    }
}

/// The domain that a payer signs under for the token.
pub(crate) fn token_domain(token: Address, chain_id: u64) -> Eip712Domain {
    eip712_domain! { name: "USDC", version: "2", chain_id: chain_id, verifying_contract: token, }
}

/// The domain that an owner signs under for Permit2.
pub(crate) fn permit2_domain(chain_id: u64) -> Eip712Domain {
    eip712_domain! { name: "Permit2", chain_id: chain_id, verifying_contract: PERMIT2, }
}
