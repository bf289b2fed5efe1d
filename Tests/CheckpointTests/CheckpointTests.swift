import XCTest

final class CheckpointTests: XCTestCase {}
