/// A user's visit that is under way: the next pageview is decided, the one after it is not.
struct Visit: Sendable {
  /// Which of the users, counted from 0.
  var user: Int64
  var isBot: Bool
  /// The next pageview.
  var time: Int64
  /// How many pageviews a bot still makes after the next one.
  var remaining: Int64
  /// Decides between equal times, so that the order is total.
  var slot: Int
  var kind = Kind.first

  /// How the next pageview follows the user's last one.
  enum Kind: Sendable {
    case first, thinking, sameSecond, boundary
  }
}

/// A heap with the least element at its front.
struct MinimumHeap<Element: Sendable>: Sendable {
  private var elements: [Element] = []
  private let isBefore: @Sendable (Element, Element) -> Bool

  init(_ isBefore: @escaping @Sendable (Element, Element) -> Bool) {
    self.isBefore = isBefore
  }

  var count: Int { elements.count }
  var first: Element? { elements.first }

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, case let parent = (child - 1) / 2, isBefore(elements[child], elements[parent]) {
      elements.swapAt(child, parent)
      child = parent
    }
  }

  mutating func removeFirst() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    if elements.isEmpty { return first }
    elements[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < elements.count && isBefore(elements[child], elements[least]) {
        least = child
      }
      if least == parent { return first }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}
