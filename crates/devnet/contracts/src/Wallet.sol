// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// A contract wallet of one key: what that key signed, the wallet signed (ERC-1271).
///
/// It also serves as the code that an account delegates to (EIP-7702): such an account never ran the constructor, and is its own
/// owner.
contract Wallet is IERC1271 {
    address private _owner;

    error NotOwner();
    error CallFailed(bytes data);

    constructor(address owner_) {
        _owner = owner_;
    }

    receive() external payable {}

    function owner() public view returns (address) {
        return _owner == address(0) ? address(this) : _owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecover(hash, signature);
        bool signed = problem == ECDSA.RecoverError.NoError && signer == owner();
        return signed ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// Calls something in the wallet's name.
    function execute(address target, uint256 value, bytes calldata data) external returns (bytes memory) {
        if (msg.sender != owner()) revert NotOwner();
        (bool success, bytes memory answer) = target.call{value: value}(data);
        if (!success) revert CallFailed(answer);
        return answer;
    }
}

/// Makes wallets at addresses that are known before (ERC-6492's factory).
contract WalletFactory {
    event Deployed(address indexed wallet, address indexed owner);

    /// The wallet of an owner, made if it is not there yet: whoever comes second is told the same address.
    function deploy(address owner, bytes32 salt) external returns (address wallet) {
        wallet = addressOf(owner, salt);
        if (wallet.code.length == 0) {
            new Wallet{salt: salt}(owner);
            emit Deployed(wallet, owner);
        }
    }

    function addressOf(address owner, bytes32 salt) public view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(Wallet).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), salt, code)))));
    }
}
