package dev.polder.raft.recipe;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map that never changes: each change returns another map, which shares all but a path of nodes with the one it
 * comes from. So a view of it costs nothing. A balanced tree as Adelson-Velsky and Landis have it.
 */
final class SortedTree<K, V> {
    private final Comparator<? super K> order;
    private final @Nullable Node<K, V> root;
    private final int size;

    private SortedTree(Comparator<? super K> order, @Nullable Node<K, V> root, int size) {
        this.order = order;
        this.root = root;
        this.size = size;
    }

    /** Sees an entry, and says whether it wants to see the next. */
    interface Visitor<K, V> {
        boolean visit(K key, V value);
    }

    private record Node<K, V>(
            K key,
            V value,
            @Nullable Node<K, V> left,
            @Nullable Node<K, V> right,
            int height) {
        Node<K, V> with(@Nullable Node<K, V> newLeft, @Nullable Node<K, V> newRight) {
            return balanced(key, value, newLeft, newRight);
        }
    }

    static <K, V> SortedTree<K, V> empty(Comparator<? super K> order) {
        return new SortedTree<>(order, null, 0);
    }

    int size() {
        return size;
    }

    /** Returns how many nodes lie on the longest way down. */
    int height() {
        return height(root);
    }

    /** Returns the value of a key, null if there is none. */
    @Nullable
    V get(K key) {
        Node<K, V> node = root;
        while (node != null) {
            int side = order.compare(key, node.key);
            if (side == 0) {
                return node.value;
            }
            node = side < 0 ? node.left : node.right;
        }
        return null;
    }

    boolean contains(K key) {
        return get(key) != null;
    }

    SortedTree<K, V> with(K key, V value) {
        int grown = contains(key) ? size : size + 1;
        return new SortedTree<>(order, inserted(root, key, value), grown);
    }

    SortedTree<K, V> without(K key) {
        if (root == null || !contains(key)) {
            return this;
        }
        return new SortedTree<>(order, removed(root, key), size - 1);
    }

    // ---- walks

    /** Visits all entries from the lowest. */
    void forEach(Visitor<? super K, ? super V> visitor) {
        boolean unused = ascend(root, null, null, visitor);
    }

    /** Visits the entries from a key on, those at or above {@code to} left out, from the lowest; null for no bound. */
    void ascend(@Nullable K from, @Nullable K to, Visitor<? super K, ? super V> visitor) {
        boolean unused = ascend(root, from, to, visitor);
    }

    /** Visits the same entries from the highest. */
    void descend(@Nullable K from, @Nullable K to, Visitor<? super K, ? super V> visitor) {
        boolean unused = descend(root, from, to, visitor);
    }

    private boolean ascend(
            @Nullable Node<K, V> node, @Nullable K from, @Nullable K to, Visitor<? super K, ? super V> visitor) {
        if (node == null) {
            return true;
        }
        boolean belowFrom = from != null && order.compare(node.key, from) < 0;
        boolean belowTo = to == null || order.compare(node.key, to) < 0;
        return (belowFrom || ascend(node.left, from, to, visitor))
                && (belowFrom || !belowTo || visitor.visit(node.key, node.value))
                && (!belowTo || ascend(node.right, from, to, visitor));
    }

    private boolean descend(
            @Nullable Node<K, V> node, @Nullable K from, @Nullable K to, Visitor<? super K, ? super V> visitor) {
        if (node == null) {
            return true;
        }
        boolean belowFrom = from != null && order.compare(node.key, from) < 0;
        boolean belowTo = to == null || order.compare(node.key, to) < 0;
        return (!belowTo || descend(node.right, from, to, visitor))
                && (belowFrom || !belowTo || visitor.visit(node.key, node.value))
                && (belowFrom || descend(node.left, from, to, visitor));
    }

    // ---- changes

    private Node<K, V> inserted(@Nullable Node<K, V> node, K key, V value) {
        if (node == null) {
            return new Node<>(key, value, null, null, 1);
        }
        int side = order.compare(key, node.key);
        if (side == 0) {
            return new Node<>(key, value, node.left, node.right, node.height);
        }
        return side < 0
                ? node.with(inserted(node.left, key, value), node.right)
                : node.with(node.left, inserted(node.right, key, value));
    }

    private @Nullable Node<K, V> removed(@Nullable Node<K, V> node, K key) {
        if (node == null) {
            return null;
        }
        int side = order.compare(key, node.key);
        if (side != 0) {
            return side < 0
                    ? node.with(removed(node.left, key), node.right)
                    : node.with(node.left, removed(node.right, key));
        }
        if (node.left == null) {
            return node.right;
        }
        if (node.right == null) {
            return node.left;
        }
        Node<K, V> next = first(node.right);
        return balanced(next.key, next.value, node.left, withoutFirst(node.right));
    }

    private static <K, V> Node<K, V> first(Node<K, V> node) {
        Node<K, V> first = node;
        while (first.left != null) {
            first = first.left;
        }
        return first;
    }

    private static <K, V> @Nullable Node<K, V> withoutFirst(Node<K, V> node) {
        return node.left == null ? node.right : node.with(withoutFirst(node.left), node.right);
    }

    private static int height(@Nullable Node<?, ?> node) {
        return node == null ? 0 : node.height;
    }

    private static <K, V> Node<K, V> node(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        return new Node<>(key, value, left, right, 1 + Math.max(height(left), height(right)));
    }

    /** Joins two trees whose heights differ by 2 at most. */
    private static <K, V> Node<K, V> balanced(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        if (left != null && height(left) > height(right) + 1) {
            Node<K, V> middle = left.right;
            if (middle == null || height(left.left) >= height(middle)) {
                return node(left.key, left.value, left.left, node(key, value, middle, right));
            }
            return node(
                    middle.key,
                    middle.value,
                    node(left.key, left.value, left.left, middle.left),
                    node(key, value, middle.right, right));
        }
        if (right != null && height(right) > height(left) + 1) {
            Node<K, V> middle = right.left;
            if (middle == null || height(right.right) >= height(middle)) {
                return node(right.key, right.value, node(key, value, left, middle), right.right);
            }
            return node(
                    middle.key,
                    middle.value,
                    node(key, value, left, middle.left),
                    node(right.key, right.value, middle.right, right.right));
        }
        return node(key, value, left, right);
    }
}
