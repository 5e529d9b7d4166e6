"""The chain that is paid on: one that has the sandbox's contracts and its funded accounts."""

import json
from pathlib import Path

from eth_account import Account
from web3 import Web3
from web3.logs import DISCARD

NETWORK = "eip155:84532"
USDC = "0x036CbD53842c5426634e7929541eC2318f3dCF7e"
PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
TOKEN = json.loads((Path(__file__).parents[3] / "devnet/contracts/artifacts/Token.json").read_text())["abi"]

Account.enable_unaudited_hdwallet_features()


def known(index):
    """The accounts that every node for development funds."""
    words = "test test test test test test test test test test test junk"
    return Account.from_mnemonic(words, account_path=f"m/44'/60'/0'/0/{index}")


class Chain:
    def __init__(self, url):
        self.url = url
        self.web3 = Web3(Web3.HTTPProvider(url))
        self.token = self.web3.eth.contract(USDC, abi=TOKEN)
        assert self.web3.eth.chain_id == 84532

    def buyer(self, funds=1_000_000, approved=False):
        """A new account with so much of the token, which has approved Permit2 or not."""
        account = Account.create()
        if funds:
            self.send(known(9), self.token.functions.mint(account.address, funds))
        if approved:
            self.web3.provider.make_request("anvil_setBalance", [account.address, hex(10**18)])
            self.send(account, self.token.functions.approve(PERMIT2, 2**256 - 1))
        return account

    def send(self, account, call):
        nonce = self.web3.eth.get_transaction_count(account.address)
        transaction = call.build_transaction({"from": account.address, "nonce": nonce})
        sent = self.web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
        assert self.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)["status"] == 1

    def balance(self, who):
        return self.token.functions.balanceOf(who).call()

    def proves(self, transaction, payer, payee, value):
        """That a transaction moved exactly this money."""
        receipt = self.web3.eth.get_transaction_receipt(transaction)
        assert receipt["status"] == 1
        transfers = self.token.events.Transfer().process_receipt(receipt, errors=DISCARD)
        moved = [log["args"] for log in transfers if log["address"] == USDC]
        assert [dict(each) for each in moved] == [{"from": payer, "to": payee, "value": value}], moved
